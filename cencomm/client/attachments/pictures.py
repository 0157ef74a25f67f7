"""Pictures made anew from their pixels, so that nothing else of the file leaves the device (rule A8).

A photograph says where and when it was taken, by whose telephone, and often holds a second, uncropped picture. Taking
out the fields that one knows leaves those that one does not know; so nothing is taken out here: the pixels are decoded,
turned upright, brought to sRGB, and written into a new file of the same kind. JPEG keeps its quantisation tables, so
that it loses hardly more than a copy would.
"""

import io
import struct
import warnings
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from PIL import Image, ImageCms, ImageOps, ImageSequence, JpegImagePlugin

from cencomm.errors import UsageError

MAX_PICTURE_BYTES = 64 << 20  # of a file that is decoded at all
MAX_PIXELS = 64_000_000  # of all its frames together: 50-megapixel telephones, at 200 MB of memory a copy
MAX_FRAMES = 200  # a fax of a whole dossier, an animation of some seconds

# What Pillow raises for files that are not what they say, beside OSError: its decoders are many and old.
_DECODING_FAULTS = (
    OSError,
    SyntaxError,
    ValueError,
    ArithmeticError,
    LookupError,
    TypeError,
    AttributeError,
    EOFError,
    RuntimeError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)


class UnreadablePicture(UsageError):  # noqa: N818 (names what was found)
    """A file that is a picture, or says so, and cannot be made anew: what it says of itself cannot be taken out."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(
            f"{name} {reason}, so what it says of camera, place and time cannot be removed: save it as JPEG or PNG, "
            "or send it as it is, with all of that, by --as-is"
        )


@dataclass(frozen=True, slots=True)
class Picture:
    """A new file with the pixels of another. `suffix` is the one that such files have."""

    content: bytes
    media_type: str
    suffix: str


@dataclass(frozen=True, slots=True)
class _Kind:
    media_type: str
    suffixes: tuple[str, ...]  # the usual one first
    modes: tuple[str, ...]  # of pixels that such a file can hold; others are converted to the last
    frames: bool = True  # whether it can hold several
    settings: Mapping[str, Any] = field(default_factory=dict)


_KINDS = {
    "JPEG": _Kind("image/jpeg", (".jpg", ".jpeg", ".jpe", ".jfif"), ("L", "RGB"), frames=False),
    "PNG": _Kind("image/png", (".png", ".apng"), ("1", "L", "LA", "I;16", "RGB", "RGBA")),
    "WEBP": _Kind("image/webp", (".webp",), ("RGB", "RGBA"), settings={"quality": 95}),
    "GIF": _Kind("image/gif", (".gif",), ("L", "RGB", "RGBA")),
    "TIFF": _Kind("image/tiff", (".tif", ".tiff"), ("1", "L", "I;16", "RGB", "RGBA")),
}
_FORMATS = (*_KINDS, "MPO")  # of all that Pillow can open: EPS would start another program
_MPO = "MPO"  # several JPEG in one file, of which the first is the photograph and the others are its maker's

_KNOWN_SUFFIXES = frozenset(suffix for kind in _KINDS.values() for suffix in kind.suffixes)
_OTHER_SUFFIXES = frozenset(  # of pictures that we do not read: raw photographs, HEIF, drawings
    f".{suffix}"
    for suffix in (
        *("3fr", "arw", "avif", "bmp", "cr2", "cr3", "crw", "dib", "dng", "emf", "eps", "heic", "heif", "hif", "ico"),
        *("j2k", "jp2", "jpx", "jxl", "kdc", "mrw", "nef", "nrw", "orf", "pcx", "pef", "psd", "raf", "raw", "rw2"),
        *("sr2", "srw", "svg", "svgz", "tga", "wmf", "x3f"),
    )
)
_BEGINNINGS = (  # what pictures begin with, whatever their names say
    b"\xff\xd8\xff",
    b"\x89PNG\r\n\x1a\n",
    b"GIF8",
    b"II*\0",
    b"MM\0*",
    b"II+\0",
    b"MM\0+",
    b"BM",
    b"8BPS",
    b"\xff\x0a",
    b"\0\0\0\x0cJXL ",
    b"\0\0\0\x0cjP  ",
)
_BRANDS = (b"avif", b"avis", b"crx ", b"heic", b"heim", b"heis", b"heix", b"hevc", b"jpx ", b"mif1", b"msf1")
HEAD_BYTES = 16  # of a file, enough for `is_picture`


def is_picture(suffix: str, head: bytes) -> bool:
    """Whether a file is a picture by its name or by its first HEAD_BYTES."""
    if suffix in _KNOWN_SUFFIXES or suffix in _OTHER_SUFFIXES or head.startswith(_BEGINNINGS):
        return True
    return (head[:4], head[8:12]) == (b"RIFF", b"WEBP") or (head[4:8] == b"ftyp" and head[8:12] in _BRANDS)


def remake(name: str, suffix: str, data: bytes) -> Picture:
    """A new file of the same kind with the pixels of `data`, upright, and with nothing else of it.

    Blocks for as long as it takes to decode and encode: run it in a thread.

    Raises:
        UnreadablePicture: it does not decode, is of a kind that we do not read, or larger than is decoded here.
    """
    try:
        # What Pillow warns of (metadata that does not parse) is what stays behind.
        with warnings.catch_warnings(action="ignore"), Image.open(io.BytesIO(data), formats=_FORMATS) as opened:
            form = "JPEG" if opened.format == _MPO else str(opened.format)
            kind = _KINDS[form]
            if form == "TIFF" and suffix not in kind.suffixes:  # a raw photograph: what is read would be its thumbnail
                raise UnreadablePicture(name, "is a picture of a kind that this program does not read")
            content = _encode(form, kind, opened, list(_frames(name, opened, kind)))
    except _DECODING_FAULTS as error:
        raise UnreadablePicture(name, "is a picture that cannot be read") from error
    return Picture(content, kind.media_type, suffix if suffix in kind.suffixes else kind.suffixes[0])


def _frames(name: str, opened: Image.Image, kind: _Kind) -> Iterator[Image.Image]:
    """The frames as pixels alone; the limits hold before anything is decoded."""
    pixels = 0
    for number, frame in enumerate(ImageSequence.Iterator(opened)):
        pixels += frame.width * frame.height
        if pixels > MAX_PIXELS or number >= MAX_FRAMES:
            raise UnreadablePicture(
                name, f"has more than {MAX_PIXELS // 1_000_000} million pixels or {MAX_FRAMES} pages"
            )
        upright = ImageOps.exif_transpose(frame)
        yield _bare(_in_srgb(upright, frame.info.get("icc_profile")), kind)
        if not kind.frames:
            return


def _in_srgb(image: Image.Image, profile: object) -> Image.Image:
    """The colours as everybody shows them: a colour profile names device and maker, so it does not travel."""
    if not isinstance(profile, bytes) or image.mode not in {"RGB", "RGBA", "CMYK"}:
        return image
    colours = image.convert("RGB") if image.mode == "RGBA" else image
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(colours, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError):
        return image  # a profile that is none: the colours are shown as they stand
    assert converted is not None  # only `inPlace` gives None
    if image.mode == "RGBA":
        converted.putalpha(image.getchannel("A"))
    return converted


def _bare(image: Image.Image, kind: _Kind) -> Image.Image:
    """Only pixels, in a mode that the new file can hold: what Pillow remembers of the old file stays behind."""
    if image.mode not in kind.modes:
        transparent = "RGBA" in kind.modes and image.has_transparency_data
        image = image.convert("RGBA" if transparent else "RGB")
    bare = Image.new(image.mode, image.size)
    bare.paste(image)
    return bare


def _encode(form: str, kind: _Kind, opened: Image.Image, frames: list[Image.Image]) -> bytes:
    settings: dict[str, Any] = dict(kind.settings)
    first = frames[0]
    if form == "JPEG":
        settings |= _quality_of(opened, first)
    if form == "TIFF":
        settings |= {"compression": "group4" if first.mode == "1" else "tiff_adobe_deflate"}
    if len(frames) > 1:
        settings |= {"save_all": True, "append_images": frames[1:]}
        if form != "TIFF":
            settings |= {"duration": opened.info.get("duration", 100), "loop": 0}
    target = io.BytesIO()
    first.save(target, form, **settings)
    return target.getvalue()


def _quality_of(opened: Image.Image, first: Image.Image) -> dict[str, Any]:
    """As coarse as the photograph was, where its tables fit; else finer than anybody sees."""
    if isinstance(opened, JpegImagePlugin.JpegImageFile) and opened.mode == first.mode and opened.quantization:
        sampling = JpegImagePlugin.get_sampling(opened)
        return {"qtables": opened.quantization, "subsampling": max(sampling, 0)}
    return {"quality": 95, "subsampling": 0}
