"""One Graph call as its handler sees it, and reading it from HTTP."""

import json
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from starlette.requests import Request

from .. import multipart
from ..errors import GraphError
from ..multipart import Part

LARGEST_BODY = 101 * 1024 * 1024


@dataclass
class Call:
    method: str
    object_id: str = ""
    params: dict = field(default_factory=dict)  # query and body in one, as Graph treats them
    bearer: str = ""
    oauth: str = ""  # the same header with the word OAuth, as uploads want it
    url: str = ""  # without its query
    base: str = ""  # of this server, as the caller wrote it
    files: dict[str, Part] = field(default_factory=dict)

    def text(self, name: str) -> str:
        value = self.params.get(name, "")
        return value if isinstance(value, str) else json.dumps(value)

    def required(self, name: str) -> str:
        if self.params.get(name) in (None, ""):
            raise GraphError(100, f"(#100) The parameter {name} is required.")
        return self.text(name)

    @property
    def token(self) -> str:
        return self.bearer or self.oauth or self.text("access_token")


async def read_params(request: Request) -> tuple[dict, dict[str, Part]]:
    """Parameters and files. Body values win over the query's. Form fields holding JSON objects or lists are opened."""
    params = dict(request.query_params)
    if int(request.headers.get("content-length") or 0) > LARGEST_BODY:
        raise GraphError(131053, details="The file is larger than any that WhatsApp takes.")
    body = await request.body()
    if not body:
        return params, {}
    content_type = request.headers.get("content-type", "")
    if content_type.startswith("multipart/form-data"):
        parts = multipart.parse(content_type, body)
        texts = {part.name: part.data.decode(errors="replace") for part in parts if not part.filename}
        return params | texts, {part.name: part for part in parts if part.filename}
    return params | _read_plain(content_type, body), {}


def _read_plain(content_type: str, body: bytes) -> dict:
    if content_type.startswith("application/x-www-form-urlencoded"):
        return {name: opened(value) for name, value in parse_qsl(body.decode(errors="replace"))}
    try:
        content = json.loads(body)
    except ValueError:
        raise GraphError(100, "(#100) The request body is not valid JSON") from None
    if not isinstance(content, dict):
        raise GraphError(100, "(#100) The request body must be a JSON object")
    return content


def opened(value: str):
    """What stands in a form or a query as JSON text."""
    if not value.startswith(("{", "[")):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def read_token(request: Request, scheme: str) -> str:
    """The token of the Authorization header, if it comes with this word."""
    word, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if word.lower() == scheme else ""
