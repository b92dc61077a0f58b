"""Resumable upload: a session, bytes with an offset, a handle. For examples of templates and profile pictures."""

import asyncio
import base64
import secrets

from starlette.requests import ClientDisconnect, Request

from .. import filetypes
from ..errors import GraphError, no_such_object
from ..state import Token, Upload
from . import access, storm
from .calls import Call

PREFIX = "upload:"
TYPES = {  # declared type: the type of its content, largest size
    "application/pdf": ("application/pdf", 100 * filetypes.MB),
    "image/jpeg": ("image/jpeg", 5 * filetypes.MB),
    "image/jpg": ("image/jpeg", 5 * filetypes.MB),
    "image/png": ("image/png", 5 * filetypes.MB),
    "video/mp4": ("video/mp4", 16 * filetypes.MB),
}
BYTES_OF_A_LINE = 4 * filetypes.MB  # a handle has another line for each so many
MOST_SESSIONS = 1000


def start(meta, call: Call) -> dict:
    token = access.token_of(meta, call)
    length, file_type = call.required("file_length"), call.required("file_type")
    if file_type not in TYPES:
        raise GraphError(100, f"(#100) Param file_type must be one of {{{', '.join(TYPES)}}}")
    if not length.isdigit() or not 0 < int(length) <= TYPES[file_type][1]:
        raise GraphError(100, f"(#100) Param file_length must be a number from 1 to {TYPES[file_type][1]}")
    mark = base64.b64encode(b"1:attachment:" + secrets.token_hex(12).encode()).decode()
    upload_id = f"{PREFIX}{mark}?sig=ARa{secrets.token_urlsafe(24)}"
    upload = Upload(upload_id, token.token, call.text("file_name"), int(length), file_type, secrets.token_hex(12))
    meta.files.write(upload.file, b"")
    meta.world.uploads[upload_id] = upload
    while len(meta.world.uploads) > MOST_SESSIONS:
        oldest = meta.world.uploads.pop(next(iter(meta.world.uploads)))
        meta.files.remove(oldest.file)
    meta.note_change()
    return {"id": upload_id}


def read(meta, call: Call) -> dict:
    upload = _upload_of(meta, call)
    return {"id": upload.upload_id, "file_offset": upload.offset}


async def send(meta, call: Call, request: Request) -> dict:
    """What arrived before a connection broke is kept: the caller asks for the offset and goes on from there."""
    upload = _upload_of(meta, call)
    offset = request.headers.get("file_offset", "")
    if offset != str(upload.offset):
        raise GraphError(100, f"(#100) The header file_offset must be {upload.offset}, not '{offset}'")
    code = int(meta.weather.number("upload_refused"))
    if code:
        raise GraphError(code, details="Made by the weather of the sandbox.")
    upload.parts += 1
    await _receive(meta, upload, request, most=int(meta.weather.number("upload_cut")))
    meta.note_change()
    if upload.offset < upload.length:
        return {"id": upload.upload_id, "file_offset": upload.offset}
    if not upload.handle:
        _check_content(meta, upload)
        upload.handle = _handle(upload)
    return {"h": upload.handle}


async def _receive(meta, upload: Upload, request: Request, most: int) -> None:
    """Raises Unanswered after `most` bytes, if it is not 0."""
    taken, begin = 0, upload.offset
    with meta.files.path(upload.file).open("ab", buffering=0) as file:
        try:
            async for chunk in request.stream():
                if most:
                    chunk = chunk[: most - taken]
                if upload.offset != begin + taken:  # the caller gave this request up, and goes on with another one
                    raise GraphError(100, f"(#100) The header file_offset must be {upload.offset}, not '{begin}'")
                if upload.offset + len(chunk) > upload.length:
                    raise GraphError(100, f"(#100) More bytes than the {upload.length} of file_length")
                file.write(chunk)
                taken += len(chunk)
                upload.offset += len(chunk)
                if most and taken >= most and upload.offset < upload.length:
                    raise storm.Unanswered(storm.ResetConnection())
        except ClientDisconnect:
            await asyncio.sleep(0)  # nobody is left to hear an answer


def _check_content(meta, upload: Upload) -> None:
    """A file that is not what it was said to be starts again from nothing."""
    data, file_type = meta.files.read(upload.file) or b"", TYPES[upload.file_type][0]
    if file_type in filetypes.types_of(data):
        return
    meta.files.write(upload.file, b"")
    upload.offset = 0
    raise GraphError(100, f"(#100) The file is not of type {upload.file_type}")


def _handle(upload: Upload) -> str:
    kind = base64.b64encode(upload.file_type.encode()).decode()
    lines = 1 + (upload.length - 1) // BYTES_OF_A_LINE
    return "\n".join(f"4::{kind}:ARb{secrets.token_urlsafe(48)}:e:1{secrets.randbelow(10**9)}" for _ in range(lines))


def _upload_of(meta, call: Call) -> Upload:
    """The session, of this very token. The word before the token must be OAuth here."""
    if not call.oauth:
        message = "Uploads need the header 'Authorization: OAuth {access token}'; Bearer is not understood here"
        raise GraphError(100, f"(#100) {message}")
    token: Token = access.token_of(meta, call)
    upload = meta.world.uploads.get(call.object_id)
    if upload is None or upload.token != token.token:
        raise no_such_object(call.object_id, call.method)
    return upload
