"""What is told about a call to Meta: enough to find out what went wrong, and no secret and no customer's words."""

import re
from dataclasses import dataclass

from meta_integration.graph.errors import GraphAPIError, GraphError

# Whose id stands before an edge. Any other id is just an id.
OWNERS = {
    **dict.fromkeys(("messages", "media", "register", "deregister", "request_code", "verify_code"), "phone_number_id"),
    **dict.fromkeys(("phone_numbers", "subscribed_apps", "message_templates", "product_catalogs"), "waba_id"),
    **dict.fromkeys(("items_batch", "check_batch_request_status", "products"), "catalog_id"),
}
WORD = re.compile(r"[a-z_]+")


@dataclass(frozen=True, slots=True)
class Call:
    """One request, and how it ended. `error` is None when Meta did as asked; its `details` are not for keeping."""

    method: str
    path: str
    milliseconds: int
    status: int | None
    error: GraphError | None

    @property
    def code(self) -> int | None:
        return self.error.code if isinstance(self.error, GraphAPIError) else None

    @property
    def subcode(self) -> int | None:
        return self.error.subcode if isinstance(self.error, GraphAPIError) else None

    @property
    def fbtrace_id(self) -> str:
        return self.error.fbtrace_id if isinstance(self.error, GraphAPIError) else ""


def path_template(path: str) -> str:
    """The path without its ids, which may be secrets: "{phone_number_id}/messages"."""
    first, _, edge = path.partition("/")
    owner = OWNERS.get(edge, "id")
    parts = [first if WORD.fullmatch(first) else f"{{{owner}}}"]
    parts += [part if WORD.fullmatch(part) else "{id}" for part in edge.split("/") if part]
    return "/".join(parts)
