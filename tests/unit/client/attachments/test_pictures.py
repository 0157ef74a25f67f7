"""Rule A8: of a picture nothing leaves the device but what it shows."""

import io
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageOps, ImageSequence, JpegImagePlugin

from cencomm.client.attachments.pictures import HEAD_BYTES, UnreadablePicture, is_picture, remake
from tests.unit.client.attachments import photographs
from tests.unit.client.attachments.photographs import MARKER

KINDS: dict[str, Callable[[], bytes]] = {
    ".jpg": photographs.jpeg,
    ".png": photographs.png,
    ".webp": photographs.webp,
    ".gif": photographs.gif,
    ".tif": photographs.tiff,
}


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def difference(one: Image.Image, other: Image.Image) -> float:
    """The mean difference of two pictures' pixels, of 255."""
    assert one.size == other.size
    histogram = ImageChops.difference(one.convert("RGB"), other.convert("RGB")).convert("L").histogram()
    return sum(value * count for value, count in enumerate(histogram)) / sum(histogram)


@pytest.mark.parametrize("suffix", KINDS)
def test_a8_no_marker_of_a_picture_is_found_in_what_is_sent(suffix: str) -> None:
    original = KINDS[suffix]()
    assert original.count(MARKER) >= 1

    picture = remake("x", suffix, original)

    assert MARKER not in picture.content
    assert picture.suffix == suffix
    made = opened(picture.content)
    made.load()
    assert not dict(made.getexif()) or suffix == ".tif"  # the tags of a TIFF say how its pixels lie
    said = {
        "exif",
        "xmp",
        "comment",
        "icc_profile",
        "photoshop",
        "XML:com.adobe.xmp",
        "Author",
        "mp",
    } & made.info.keys()
    assert not said


def test_a8_the_tags_of_a_tiff_say_only_how_its_pixels_lie() -> None:
    made = opened(remake("x", ".tif", photographs.tiff()).content)
    structural = {256, 257, 258, 259, 262, 273, 277, 278, 279, 284, 317, 338, 339}

    assert isinstance(made, Image.Image)
    assert set(dict(made.getexif())) <= structural


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a8_a_photograph_stays_upright(orientation: int) -> None:
    original = photographs.jpeg(orientation)
    shown = ImageOps.exif_transpose(opened(original))

    made = opened(remake("x", ".jpg", original).content)

    assert difference(made, shown) < 3


def test_a8_a_photograph_is_hardly_worse_than_before() -> None:
    original = photographs.jpeg()

    made = opened(remake("x", ".jpg", original).content)

    before = opened(original)
    assert isinstance(before, JpegImagePlugin.JpegImageFile)
    assert isinstance(made, JpegImagePlugin.JpegImageFile)
    assert made.quantization == before.quantization
    assert difference(made, before) < 2


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_grey_and_printers_colours_are_taken(mode: str) -> None:
    original = photographs.jpeg(mode=mode)

    picture = remake("x", ".jpg", original)

    assert MARKER not in picture.content
    assert opened(picture.content).mode in {"L", "RGB"}


def test_the_second_picture_in_a_telephones_photograph_stays_behind() -> None:
    """Multi-picture files hold an uncropped or unretouched one; a thumbnail may show what was cut away."""
    target = io.BytesIO()
    photographs.pixels().save(
        target, "MPO", save_all=True, append_images=[photographs.pixels().rotate(180)], exif=photographs.exif()
    )
    assert opened(target.getvalue()).format == "MPO"

    picture = remake("x", ".jpg", target.getvalue())

    assert opened(picture.content).format == "JPEG"
    assert picture.content.count(b"\xff\xd8\xff") == 1
    assert MARKER not in picture.content


def test_all_pages_of_a_scan_and_all_frames_of_an_animation_are_there() -> None:
    scan = opened(remake("x", ".tif", photographs.tiff(3, mode="1")).content)
    animation = opened(remake("x", ".gif", photographs.gif(3)).content)

    assert len(list(ImageSequence.Iterator(scan))) == 3
    assert len(list(ImageSequence.Iterator(animation))) == 3
    assert difference(next(ImageSequence.Iterator(animation)), photographs.pixels()) < 5


@pytest.mark.parametrize("mode", ["1", "L", "LA", "I;16", "P", "RGB", "RGBA"])
def test_pixels_of_every_depth_are_the_same_afterwards(mode: str) -> None:
    """Without loss where the kind of file allows: scans in black and white, X-ray pictures of sixteen bits."""
    target = io.BytesIO()
    image = photographs.pixels("I" if mode == "I;16" else "RGB").convert(mode)
    image.save(target, "PNG")

    made = opened(remake("x", ".png", target.getvalue()).content)

    assert made.mode == ("RGB" if mode == "P" else mode)
    assert made.tobytes() == image.convert(made.mode).tobytes()


def test_transparency_stays() -> None:
    target = io.BytesIO()
    image = photographs.pixels("RGBA")
    image.putalpha(77)
    image.save(target, "PNG")

    made = opened(remake("x", ".png", target.getvalue()).content)

    assert made.getchannel("A").getextrema() == (77, 77)


def test_a_colour_profile_is_turned_into_colours() -> None:
    """A wide-gamut profile that was simply dropped would leave the picture pale; one that is none changes nothing."""
    target = io.BytesIO()
    photographs.pixels().save(target, "PNG", icc_profile=b"no profile " + MARKER)

    made = opened(remake("x", ".png", target.getvalue()).content)

    assert difference(made, photographs.pixels()) == 0


def test_a_picture_gets_the_suffix_of_what_it_is() -> None:
    assert remake("x", ".jpg", photographs.png()).suffix == ".png"
    assert remake("x", ".jpeg", photographs.jpeg()).suffix == ".jpeg"


@pytest.mark.parametrize(
    ("suffix", "data"),
    [
        (".jpg", b"not a picture at all"),
        (".jpg", photographs.jpeg()[:600]),
        (".heic", b"\0\0\0\x18ftypheic\0\0\0\0"),
        (".dng", photographs.tiff()),  # a raw photograph, of which others would show the thumbnail
        (".jpg", photographs.tiff()),
        (".svg", b"<svg/>"),
        (".png", b""),
    ],
)
def test_a8_a_picture_that_cannot_be_made_anew_is_refused_with_what_to_do(suffix: str, data: bytes) -> None:
    with pytest.raises(UnreadablePicture, match="--as-is"):
        remake("IMG_1", suffix, data)


def test_a_small_file_that_would_fill_the_memory_is_refused_before_it_is_decoded() -> None:
    target = io.BytesIO()
    Image.new("1", (8100, 8100)).save(target, "PNG")
    assert len(target.getvalue()) < 20_000

    with pytest.raises(UnreadablePicture, match="million pixels"):
        remake("bomb", ".png", target.getvalue())


def test_an_endless_animation_is_refused() -> None:
    target = io.BytesIO()
    frames = [Image.new("1", (1, 1), number % 2) for number in range(250)]
    frames[0].save(target, "GIF", save_all=True, append_images=frames[1:])

    with pytest.raises(UnreadablePicture, match="200 pages"):
        remake("long", ".gif", target.getvalue())


def test_pictures_are_known_by_name_or_by_their_first_bytes() -> None:
    for make in KINDS.values():
        assert is_picture(".bin", make()[:HEAD_BYTES])
    assert is_picture(".bin", b"\0\0\0\x18ftypheic\0\0\0\0")
    assert is_picture(".nef", b"")
    assert not is_picture(".pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3")
    assert not is_picture(".mp4", b"\0\0\0\x20ftypisom\0\0\0\0")


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(KINDS)), st.binary(min_size=1, max_size=12), st.floats(0, 1, exclude_max=True))
@example(".png", b"\xff\xff\xff\xff", 0.003)
def test_a_damaged_picture_is_made_anew_or_refused(suffix: str, damage: bytes, place: float) -> None:
    original = KINDS[suffix]()
    at = int(place * len(original))

    try:
        picture = remake("x", suffix, original[:at] + damage + original[at + len(damage) :])
    except UnreadablePicture:
        return
    opened(picture.content).load()
