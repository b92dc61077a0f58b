"""Product catalogs: which there are, making one, and which one is shown in an account's conversations."""

import secrets

from ..errors import GraphError, no_such_object
from ..state import Catalog
from . import access
from .access import CATALOGS
from .calls import Call
from .reading import page, project

DEFAULT_FIELDS = ["id", "name"]
ALREADY_LINKED = 2388027
LONGEST_NAME = 100


def list_of_waba(meta, call: Call) -> dict:
    """The one that is linked, as a list."""
    waba = access.waba_of(meta, call, CATALOGS)
    linked = meta.world.linked_catalog(waba.waba_id)
    return _page(meta, call, [linked] if linked else [])


def list_of_business(meta, call: Call) -> dict:
    """Those of the accounts the token reaches."""
    return _page(meta, call, access.catalogs_of(meta, _token_of_business(meta, call)))


def create(meta, call: Call) -> dict:
    """An empty one, which belongs to the business and is linked to nothing."""
    token = _token_of_business(meta, call)
    name = call.required("name").strip()
    if not 0 < len(name) <= LONGEST_NAME:
        raise GraphError(100, f"(#100) Param name must be 1 to {LONGEST_NAME} characters long")
    waba_id = next(each for each in token.waba_ids if access.reaches(meta, token, each))
    catalog = Catalog(f"40{secrets.randbelow(10**13):013}", waba_id, name)
    meta.world.catalogs[catalog.catalog_id] = catalog
    meta.note_change()
    return {"id": catalog.catalog_id}


def _token_of_business(meta, call: Call):
    token = access.token_of(meta, call)
    if not any(access.reaches(meta, token, waba_id) for waba_id in token.waba_ids):
        raise no_such_object(call.object_id, call.method)
    access.require_scope(token, CATALOGS)
    return token


def link(meta, call: Call) -> dict:
    """An account has one at most. The same one again is no news."""
    waba = access.waba_of(meta, call, CATALOGS)
    catalog = _named(meta, call)
    linked = meta.world.linked_catalog(waba.waba_id)
    if linked not in (None, catalog):
        error = GraphError(
            100, "(#100) The WhatsApp Business account has a product catalog already", subcode=ALREADY_LINKED
        )
        error.user_title, error.user_message = "Catalog already linked", "Disconnect the other catalog first."
        raise error
    catalog.linked_to = waba.waba_id
    meta.note_change()
    return {"success": True}


def unlink(meta, call: Call) -> dict:
    waba = access.waba_of(meta, call, CATALOGS)
    catalog = _named(meta, call)
    if catalog.linked_to != waba.waba_id:
        raise GraphError(100, "(#100) The catalog is not linked to this WhatsApp Business account")
    catalog.linked_to = ""
    meta.note_change()
    return {"success": True}


def _named(meta, call: Call) -> Catalog:
    catalog = meta.world.catalogs.get(call.required("catalog_id"))
    if catalog is None or not access.reaches(meta, access.token_of(meta, call), catalog.waba_id):
        raise no_such_object(call.text("catalog_id"), call.method)
    return catalog


def read(meta, call: Call) -> dict:
    return project(call, _row(meta, access.catalog_of(meta, call)), DEFAULT_FIELDS)


def _row(meta, catalog: Catalog) -> dict:
    return {
        "id": catalog.catalog_id,
        "name": catalog.name,
        "product_count": len(meta.world.shelf(catalog.catalog_id)),
        "vertical": "commerce",
        "business": {"id": meta.world.business_id, "name": meta.world.business_name},
    }


def _page(meta, call: Call, catalogs: list[Catalog]) -> dict:
    return page(call, [project(call, _row(meta, catalog), DEFAULT_FIELDS) for catalog in catalogs])
