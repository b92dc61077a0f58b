"""items_batch and what became of it."""

import asyncio

from starlette.responses import HTMLResponse

from ..commerce import batches, limits
from ..errors import GraphError
from . import access, storm
from .calls import Call

ITEM_TYPES = ("PRODUCT_ITEM",)


async def send(meta, call: Call) -> dict:
    catalog = access.catalog_of(meta, call)
    limits.check(meta, catalog, is_batch=True)
    if call.required("item_type") not in ITEM_TYPES:
        raise GraphError(100, f"(#100) Param item_type must be one of {{{', '.join(ITEM_TYPES)}}}")
    asked = call.params.get("requests")
    if not isinstance(asked, list) or not asked:
        raise GraphError(100, "(#100) Param requests must be an array with at least one request")
    if len(asked) > batches.MOST_REQUESTS:
        raise GraphError(100, f"(#100) Param requests must have at most {batches.MOST_REQUESTS} elements")
    is_upsert = str(call.params.get("allow_upsert", True)).lower() not in ("false", "0")
    answer = batches.accept(meta, catalog.catalog_id, asked, is_upsert)
    meta.note_change()
    await asyncio.sleep(meta.weather.number("batch_answer_slow"))
    if meta.weather.strikes("batch_502_after"):
        raise storm.Unanswered(HTMLResponse(storm.SORRY, status_code=502))
    return answer


def status(meta, call: Call) -> dict:
    catalog = access.catalog_of(meta, call)
    limits.check(meta, catalog)
    with_ids = call.text("load_ids_of_invalid_requests").lower() in ("true", "1")
    return {"data": batches.status_of(meta, catalog.catalog_id, call.required("handle"), with_ids)}
