"""Pictures as telephones, scanners and programs make them, with a marker in every place that says something."""

import io
import struct

from PIL import Image, ImageCms, PngImagePlugin, TiffImagePlugin

MARKER = b"MARKER-OF-A-PERSON"
TEXT = MARKER.decode()
SIZE = (60, 40)
ORIENTATION, ARTIST, GPS_IFD = 0x0112, 0x013B, 0x8825
XMP_TAG, IPTC_TAG, PHOTOSHOP_TAG = 700, 33723, 34377


def pixels(mode: str = "RGB", size: tuple[int, int] = SIZE) -> Image.Image:
    """Left red, right blue, above light, below dark: turned or mirrored it is another picture."""
    image = Image.new("RGB", size, (200, 30, 30))
    width, height = size
    image.paste((30, 30, 200), (width // 2, 0, width, height))
    image.paste((20, 60, 20), (0, height // 2, width, height))
    image.paste((240, 240, 240), (0, height // 2, width // 4, height))
    return image.convert(mode)


def exif(orientation: int = 1) -> bytes:
    """Artist, GPS position and a thumbnail."""
    data = Image.Exif()
    data[ORIENTATION] = orientation
    data[ARTIST] = TEXT
    data.get_ifd(GPS_IFD)[29] = TEXT  # GPSDateStamp, a text
    data.get_ifd(GPS_IFD)[2] = (48.0, 51.0, 30.0)
    return data.tobytes()


def jpeg(orientation: int = 1, *, mode: str = "RGB") -> bytes:
    """EXIF, XMP, IPTC, a maker's own segment, a comment, a second picture and something behind the end."""
    target = io.BytesIO()
    pixels(mode).save(target, "JPEG", quality=92, exif=exif(orientation), comment=MARKER, icc_profile=profile())
    data = target.getvalue()
    segments = b"".join(
        (
            segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>" + MARKER + b"</x:xmpmeta>"),
            segment(0xED, b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x1c\x1c\x02\x50\0\x12" + MARKER + b"\0\0"),
            segment(0xE5, b"MakerOwn\0" + MARKER),
        )
    )
    return data[:2] + segments + data[2:] + MARKER + data


def segment(kind: int, body: bytes) -> bytes:
    return bytes([0xFF, kind]) + struct.pack(">H", len(body) + 2) + body


def profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def png(mode: str = "RGBA") -> bytes:
    said = PngImagePlugin.PngInfo()
    said.add_text("Author", TEXT)
    said.add_text("Comment", TEXT, zip=False)
    said.add_itxt("XML:com.adobe.xmp", TEXT)
    target = io.BytesIO()
    pixels(mode).save(target, "PNG", pnginfo=said, exif=exif(6), icc_profile=profile())
    return target.getvalue() + MARKER


def webp() -> bytes:
    target = io.BytesIO()
    pixels().save(target, "WEBP", lossless=True, exif=exif(3), xmp=MARKER, icc_profile=profile())
    return target.getvalue()


def gif(frames: int = 3) -> bytes:
    target = io.BytesIO()
    first, *others = [pixels().rotate(90 * number) for number in range(frames)]
    first.save(target, "GIF", save_all=True, append_images=others, comment=MARKER, duration=80, loop=0)
    return target.getvalue()


def tiff(pages: int = 2, *, mode: str = "RGB") -> bytes:
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[ARTIST] = TEXT
    tags[XMP_TAG] = MARKER
    tags[IPTC_TAG] = MARKER
    tags[PHOTOSHOP_TAG] = MARKER
    target = io.BytesIO()
    first, *others = [pixels(mode)] * pages
    first.save(target, "TIFF", save_all=True, append_images=others, tiffinfo=tags)
    return target.getvalue()
