"""What is in a picture: read as if whoever made it means harm. Knows no web and no database."""

import io
import threading
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps

LEAST_SIDE = 500
THUMBNAIL_SIDE = 240
MOST_MEGAPIXELS = 60
# Read so far that they can be named; only what Meta takes is read to its end.
NAMED = ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "ICO", "AVIF"]
# A phone writes several pictures into one JPEG file, of which the first is the picture.
TAKEN = {"JPEG": "image/jpeg", "MPO": "image/jpeg", "PNG": "image/png"}
# A size of which Pillow warns is looked at here. Said once: what a thread says of warnings counts for all of them.
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)
# Memory: one is unpacked at a time. Half a gigabyte is what the largest takes.
_unpacking = threading.Semaphore(1)


class NotUsable(Exception):
    """`key` is one of `catalog.problems`, `facts` what its words need."""

    def __init__(self, key: str, **facts):
        super().__init__(key)
        self.key, self.facts = key, facts


@dataclass(frozen=True, slots=True)
class Seen:
    mime_type: str
    width: int
    height: int
    thumbnail: bytes


def see(content: bytes) -> Seen:
    """A picture as Meta takes it: JPEG or PNG, at least 500 x 500, whole. Raises NotUsable.

    The format is what the content is, whatever a server or a name says.
    """
    with _opened(content) as picture:
        if picture.format not in TAKEN:
            raise NotUsable("image_wrong_type", type=picture.format)
        width, height = picture.size
        if min(width, height) < LEAST_SIDE:
            raise NotUsable("image_too_small", width=width, height=height)
        if width * height > MOST_MEGAPIXELS * 1_000_000:
            raise NotUsable("image_too_many_pixels", width=width, height=height, most=MOST_MEGAPIXELS)
        try:
            with _unpacking:
                thumbnail = _thumbnail_of(picture)
        except Exception:  # Bytes that are no picture make its readers fail in every way there is.
            raise NotUsable("image_broken") from None
        return Seen(TAKEN[picture.format], width, height, thumbnail)


def _opened(content: bytes) -> Image.Image:
    """Its head is read, not its pixels."""
    try:
        return Image.open(io.BytesIO(content), formats=NAMED)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise NotUsable("image_too_many_pixels", width="?", height="?", most=MOST_MEGAPIXELS) from None
    except Exception:  # See above.
        beginning = content[:1000].lower()
        if b"<svg" in beginning:
            raise NotUsable("image_wrong_type", type="SVG") from None
        if content.startswith((b"\xff\xd8\xff", b"\x89PNG")):
            raise NotUsable("image_broken") from None
        raise NotUsable("image_no_image") from None


def _thumbnail_of(picture: Image.Image) -> bytes:
    """Small, upright, and without what a camera wrote into it. Reads the picture to its end."""
    picture.draft("RGB", (2 * THUMBNAIL_SIDE, 2 * THUMBNAIL_SIDE))  # A JPEG is unpacked small at once.
    has_holes = picture.format == "PNG" and (picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info)
    mode = "RGBA" if has_holes else "RGB"
    # Small first, then upright: each copy of the whole would take a quarter of a gigabyte.
    small = picture if picture.mode == mode else picture.convert(mode)
    small.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    small = ImageOps.exif_transpose(small)
    small.info.clear()
    written = io.BytesIO()
    if has_holes:
        small.save(written, "PNG", optimize=True)
    else:
        small.save(written, "JPEG", quality=82)
    return written.getvalue()
