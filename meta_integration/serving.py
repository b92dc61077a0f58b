"""How a file of a stranger's is given to a browser: nothing in it may run, and only what is harmless is shown."""

import re
from collections.abc import Iterator
from typing import BinaryIO

from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from meta_integration import filetypes
from meta_integration.models import MediaAsset

# Shown in the page. All else is saved: a PDF or a text could hold scripts or links that look like ours.
SHOWN = {"image/jpeg", "image/png", "image/webp", "video/mp4", "video/3gpp"}
SHOWN |= {mime_type for mime_type, kind in filetypes.KINDS.items() if kind == "audio"}
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    # The style is the browser's own, around a picture opened by itself.
    "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, max-age=3600",
}
BLOCK = 64 * 1024


def response_for(asset: MediaAsset, file: BinaryIO, asked_range: str = "") -> HttpResponseBase:
    """The whole file, or the one part that a player asked for: Safari plays nothing without."""
    size = asset.file.size
    part = _part(asked_range, size) if asset.mime_type in SHOWN else None
    if part is None:
        response = FileResponse(file)
    elif not part:
        file.close()
        response = HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    else:
        response = StreamingHttpResponse(_blocks(file, part), status=206)
        response.headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{size}"
        response.headers["Content-Length"] = str(len(part))
    response.headers["Content-Type"] = asset.mime_type if asset.mime_type in filetypes.KINDS else filetypes.UNKNOWN
    response.headers["Content-Disposition"] = content_disposition_header(asset.mime_type not in SHOWN, _name(asset))
    response.headers["Accept-Ranges"] = "bytes" if asset.mime_type in SHOWN else "none"
    for name, value in HEADERS.items():
        response.headers[name] = value
    return response


def _name(asset: MediaAsset) -> str:
    return asset.file_name or f"{asset.kind}-{asset.pk}.{filetypes.EXTENSIONS.get(asset.mime_type, 'bin')}"


def _part(asked: str, size: int) -> range | None:
    """The bytes asked for; an empty range where there are none, None where all or several parts were asked for."""
    found = re.fullmatch(r"bytes=(\d{0,18})-(\d{0,18})", asked.strip())
    if not found or not any(found.groups()):
        return None
    first, last = found.groups()
    if not first:  # The last so many.
        return range(max(size - int(last), 0), size)
    return range(int(first), min(int(last) + 1 if last else size, size))


def _blocks(file: BinaryIO, part: range) -> Iterator[bytes]:
    with file:
        file.seek(part.start)
        left = len(part)
        while left and (block := file.read(min(BLOCK, left))):
            left -= len(block)
            yield block
