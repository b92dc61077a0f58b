"""multipart/form-data, as far as an upload needs it."""

from dataclasses import dataclass
from email.message import Message

from .errors import GraphError


@dataclass
class Part:
    name: str
    filename: str
    mime_type: str
    data: bytes


def parse(content_type: str, body: bytes) -> list[Part]:
    """Raises GraphError 100 for what is no multipart body."""
    header = Message()
    header["Content-Type"] = content_type
    boundary = header.get_param("boundary")
    if not isinstance(boundary, str) or not boundary:
        raise GraphError(100, "(#100) The multipart body has no boundary")
    pieces = (b"\r\n" + body).split(b"\r\n--" + boundary.encode())
    if len(pieces) < 3 or not pieces[-1].startswith(b"--"):
        raise GraphError(100, "(#100) The multipart body ends too early")
    return [_part(piece) for piece in pieces[1:-1]]


def _part(piece: bytes) -> Part:
    head, found, data = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
    if not found:
        raise GraphError(100, "(#100) A part of the multipart body has no headers")
    headers = Message()
    for line in head.decode(errors="replace").split("\r\n"):
        name, _, value = line.partition(":")
        headers[name] = value.strip()
    names = {name: headers.get_param(name, "", "Content-Disposition") for name in ("name", "filename")}
    texts = {name: value if isinstance(value, str) else value[2] for name, value in names.items()}
    return Part(texts["name"], texts["filename"], headers.get("Content-Type", ""), data)
