"""Examples of header files: a handle of a finished upload at creation, an address of a CDN after the approval."""

import copy
import hashlib
from urllib.parse import quote

from ..state import Upload
from .parts import MEDIA_FORMATS, lists
from .problems import HEADER, Refused

MB = 1024 * 1024
PATH = "template_samples"
FITTING = {  # format: types of the upload, largest size
    "IMAGE": (("image/jpeg", "image/jpg", "image/png"), 5 * MB),
    "VIDEO": (("video/mp4",), 16 * MB),
    "DOCUMENT": (("application/pdf",), 100 * MB),
    "GIF": (("video/mp4",), 7 * MB // 2),
}
EXTENSIONS = {"image/jpeg": "jpg", "image/jpg": "jpg", "image/png": "png", "video/mp4": "mp4", "application/pdf": "pdf"}


def upload_of(meta, handle) -> Upload | None:
    """The finished upload behind a handle, all of whose lines count."""
    return next((each for each in meta.world.uploads.values() if each.handle and each.handle == handle), None)


def header(meta, component: dict) -> None:
    kind = component["format"]
    example = component.get("example")
    handles = example.get("header_handle") if isinstance(example, dict) else None
    handle = handles[0] if isinstance(handles, list) and len(handles) == 1 else handles
    if not isinstance(handle, str) or not handle:
        raise Refused(HEADER, why=f"A header of format {kind} needs a sample in example.header_handle.")
    upload = upload_of(meta, handle)
    if upload is None or meta.weather.strikes("handles_expired"):
        raise Refused(HEADER, why="The sample in example.header_handle is not a valid handle, or it has expired.")
    types, most = FITTING[kind]
    if upload.file_type not in types:
        raise Refused(HEADER, why=f"A sample of type {upload.file_type} does not fit a header of format {kind}.")
    if upload.length > most:
        raise Refused(HEADER, why=f"The sample has {upload.length} bytes; for {kind} {most} are allowed.")


def with_addresses(meta, components: list[dict]) -> list[dict]:
    """As Meta gives them back once it has approved them."""
    made = copy.deepcopy(components)
    for part in lists(made):
        for component in part:
            if component.get("format") in MEDIA_FORMATS:
                handles = (component.get("example") or {}).get("header_handle") or []
                component["example"] = {"header_handle": [_address(meta, handle) for handle in handles]}
    return made


def _address(meta, handle: str) -> str:
    upload = upload_of(meta, handle)
    if upload is None:
        return handle
    name = f"{upload.file}.{EXTENSIONS[upload.file_type]}"
    proof = hashlib.sha256(handle.encode()).hexdigest()[:12]
    return f"http://{meta.settings.host}:{meta.settings.port}/{PATH}/{name}?ccb=1-7&oh={quote(proof)}&oe=70000000"
