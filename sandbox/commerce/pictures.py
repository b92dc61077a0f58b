"""Example pictures under /pictures/: any name is a picture in the colour of its name, some names are trouble."""

import asyncio
import functools
import struct
import zlib
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

PATH = "/pictures/"
SIDE = 800
COLOURS = {
    "red": (196, 61, 61), "blue": (58, 104, 178), "green": (70, 138, 92), "yellow": (222, 180, 60),
    "grey": (130, 138, 140), "gray": (130, 138, 140), "white": (228, 224, 214), "black": (48, 50, 54),
    "orange": (222, 130, 52), "pink": (214, 122, 152), "purple": (122, 86, 160), "brown": (128, 92, 66),
}  # fmt: skip
HUGE = 9 * 1024 * 1024
CHUNK = 64 * 1024
SMALLEST_SIDE = 500
LONGEST_WAIT = 120
GIF = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\xc4\x3d\x3d\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
)
PROBLEMS = {  # of the names that are trouble: what Meta says when it fetches them
    "no-image": "the address answers no image",
    "text-as": "the file is no image",
    "cut": "the file is no image",
    "missing": "HTTP 404",
    "huge": "the file is larger than 8 MB",
    "endless": "the file is larger than 8 MB",
    "redirect-loop": "too many redirects",
    "small": f"the image must be at least {SMALLEST_SIDE} x {SMALLEST_SIDE} pixels",
}


def problem_of(address: str) -> str:
    """What Meta finds out about an address of this server; other addresses are never fetched."""
    path = urlsplit(address).path
    return PROBLEMS.get(_name(path.removeprefix(PATH)), "") if path.startswith(PATH) else ""


def _name(filename: str) -> str:
    return filename.rpartition(".")[0] or filename


def own_path(address: str, port: int) -> str:
    """The path of a picture that this server has itself; empty for one from elsewhere, which no page may load."""
    try:
        parts = urlsplit(address)
        is_own = parts.path.startswith(PATH) and (not parts.netloc or parts.port == port)
    except ValueError:
        return ""
    return parts.path + (f"?{parts.query}" if parts.query else "") if is_own else ""


@functools.lru_cache(maxsize=64)
def png(name: str, side: int = SIDE) -> bytes:
    """A round thing in the colour of its name, on a light ground."""
    seed = zlib.crc32(name.encode())
    by_chance = tuple(70 + (seed >> shift) % 120 for shift in (0, 8, 16))
    colour = next((rgb for word, rgb in COLOURS.items() if word in name.lower().split("-")), by_chance)
    palette = bytes(_lighter(colour, 0.82)) + bytes(colour) + bytes(_lighter(colour, 0.35))
    rows = b"".join(b"\0" + _row(y, side, seed) for y in range(side))
    header = struct.pack(">IIBBBBB", side, side, 8, 3, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"PLTE", palette), (b"IDAT", zlib.compress(rows, 6)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks)


def _lighter(colour: tuple, share: float) -> list[int]:
    return [round(part + (255 - part) * share) for part in colour]


def _row(y: int, side: int, seed: int) -> bytes:
    """A disc with a smaller one in it, whose place the name decides."""
    row = bytearray(side)
    centre = side / 2
    others = (seed % 5 - 2) * side / 20, ((seed >> 4) % 5 - 2) * side / 20
    discs = [(centre, centre, side * 0.36, 1), (centre + others[0], centre + others[1], side * 0.14, 2)]
    for x_of, y_of, radius, ink in discs:
        inside = radius**2 - (y - y_of) ** 2
        if inside > 0:
            left, right = round(x_of - inside**0.5), round(x_of + inside**0.5)
            row[left:right] = bytes([ink]) * (right - left)
    return bytes(row)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


async def picture(request: Request) -> Response:
    name = _name(request.path_params["name"])
    if name in ODD:
        return await ODD[name](request)
    return Response(png(name), media_type="image/png")


async def _no_image(request: Request) -> Response:
    return Response("<!DOCTYPE html><title>Shop</title><p>This is a page, no picture.", media_type="text/html")


async def _text_as(request: Request) -> Response:
    return Response("This says that it is a picture, and is none.", media_type="image/png")


async def _cut(request: Request) -> Response:
    return Response(png("cut")[:600], media_type="image/png")


async def _missing(request: Request) -> Response:
    return Response("There is no such picture.", status_code=404, media_type="text/plain")


async def _small(request: Request) -> Response:
    return Response(png("small", 100), media_type="image/png")


async def _gif(request: Request) -> Response:
    return Response(GIF, media_type="image/gif")


async def _huge(request: Request) -> Response:
    return StreamingResponse(_bytes(HUGE), media_type="image/png", headers={"Content-Length": str(HUGE)})


async def _endless(request: Request) -> Response:
    """Does not say how long it is, as a server may."""
    return StreamingResponse(_bytes(2 * HUGE), media_type="image/png")


async def _bytes(count: int) -> AsyncIterator[bytes]:
    first = png("huge")
    yield first[:CHUNK].ljust(CHUNK, b"\0")
    for sent in range(CHUNK, count, CHUNK):
        yield bytes(min(CHUNK, count - sent))
        await asyncio.sleep(0)


async def _redirect(request: Request) -> Response:
    return RedirectResponse(request.query_params.get("to", f"{PATH}mug-blue.png"), status_code=302)


async def _redirect_loop(request: Request) -> Response:
    return RedirectResponse(f"{PATH}redirect-loop.png", status_code=302)


async def _slow(request: Request) -> Response:
    text = request.query_params.get("seconds", "20")
    await asyncio.sleep(min(float(text) if text.replace(".", "", 1).isdigit() else 20, LONGEST_WAIT))
    return Response(png("slow"), media_type="image/png")


ODD = {
    "no-image": _no_image,
    "text-as": _text_as,
    "cut": _cut,
    "missing": _missing,
    "small": _small,
    "animation": _gif,
    "huge": _huge,
    "endless": _endless,
    "redirect": _redirect,
    "redirect-loop": _redirect_loop,
    "slow": _slow,
}
routes = [Route(f"{PATH}{{name}}", picture)]
