"""Media: upload, read, download, delete."""

from starlette.responses import PlainTextResponse, Response

from .. import filetypes, media
from ..errors import GraphError, no_such_object
from ..state import Media
from . import access
from .access import MESSAGING
from .calls import Call


def upload(meta, call: Call) -> dict:
    number = access.number_of(meta, call, MESSAGING)
    code = int(meta.weather.number("upload_refused"))
    if code:
        raise GraphError(code, details="Made by the weather of the sandbox.")
    if call.required("messaging_product") != "whatsapp":
        raise GraphError(100, "(#100) Param messaging_product must be one of {WHATSAPP}")
    part = call.files.get("file")
    if part is None:
        raise GraphError(100, "(#100) The parameter file is required.")
    mime_type = filetypes.plain(call.text("type") or part.mime_type)
    filetypes.check(part.data, mime_type)
    return {"id": media.add(meta, number, part.data, mime_type, part.filename).media_id}


def read(meta, call: Call) -> dict:
    found = _media_of(meta, call)
    return {
        "messaging_product": "whatsapp",
        "url": media.address(meta, found, call.base),
        "mime_type": found.mime_type,
        "sha256": found.sha256,
        "file_size": found.size,
        "id": found.media_id,
    }


def delete(meta, call: Call) -> dict:
    media.remove(meta, _media_of(meta, call).media_id)
    return {"success": True}


def _media_of(meta, call: Call) -> Media:
    """The living file, of an account the token may see; and of the number, if the call names one."""
    token = access.token_of(meta, call)
    found = media.find(meta, call.object_id)
    if found is None or not access.reaches(meta, token, meta.world.numbers[found.phone_number_id].waba_id):
        raise no_such_object(call.object_id, call.method)
    if call.text("phone_number_id") not in ("", found.phone_number_id):
        raise GraphError(100, "(#100) Param phone_number_id is not the number this media belongs to", subcode=33)
    access.require_scope(token, MESSAGING)
    return found


def download(meta, call: Call) -> Response:
    """Expired, made up and gone are all 404. Without a living token nobody gets anything."""
    token = access.token_of(meta, call)
    found = media.of_address(meta, call.text("mid"), call.text("ext"), call.text("hash"))
    data = meta.files.read(found.media_id) if found else None
    is_allowed = found and access.reaches(meta, token, meta.world.numbers[found.phone_number_id].waba_id)
    if data is None or not is_allowed or meta.weather.strikes("download_gone"):
        return PlainTextResponse("Not Found", status_code=404)
    return Response(data, media_type=found.mime_type)
