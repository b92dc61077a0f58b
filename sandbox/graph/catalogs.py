"""Product catalogs: which there are. What is in them comes later."""

from ..errors import no_such_object
from ..state import Catalog
from . import access
from .calls import Call
from .reading import page, project

CATALOGS = "catalog_management"
DEFAULT_FIELDS = ["id", "name"]


def list_of_waba(meta, call: Call) -> dict:
    waba = access.waba_of(meta, call, CATALOGS)
    return _page(call, [catalog for catalog in meta.world.catalogs.values() if catalog.waba_id == waba.waba_id])


def list_of_business(meta, call: Call) -> dict:
    """Those of the accounts the token reaches."""
    token = access.token_of(meta, call)
    if not any(access.reaches(meta, token, waba_id) for waba_id in token.waba_ids):
        raise no_such_object(call.object_id, call.method)
    access.require_scope(token, CATALOGS)
    return _page(call, access.catalogs_of(meta, token))


def _page(call: Call, catalogs: list[Catalog]) -> dict:
    rows = [{"id": catalog.catalog_id, "name": catalog.name} for catalog in catalogs]
    return page(call, [project(call, row, DEFAULT_FIELDS) for row in rows])
