"""items_batch: looked at when it comes, applied a while later, told of when asked for by its handle."""

import asyncio
import secrets
import time

from ..state import Batch
from . import pictures, products, requests

MOST_REQUESTS = 5000
MOST_TOLD = 1000  # errors and warnings of a batch; the count tells of all
BATCHES_KEPT = 500
APPLIED_AT_ONCE = 500  # before others have their turn
OF_THE_WEATHER = "Made by the weather of the sandbox."


def accept(meta, catalog_id: str, asked: list, allow_upsert: bool) -> dict:
    """The answer to the call: a handle, and what is wrong at first sight. What has errors is left out of the batch."""
    checked = [requests.Checked(request) for request in asked]
    _refuse_repeated(checked)
    if meta.weather.strikes("batch_all_refused"):
        for each in checked:
            each.errors.append(OF_THE_WEATHER)
    good = [(line, each) for line, each in enumerate(checked, 1) if not each.errors]
    handles = []
    if good and not meta.weather.strikes("batch_no_handle"):
        handles = [_begin(meta, catalog_id, good, allow_upsert).handle]
    return {
        "handles": handles,
        "validation_status": [_status(each) for each in checked if each.errors or each.warnings],
    }


def _refuse_repeated(checked: list[requests.Checked]) -> None:
    seen: set[str] = set()
    for each in checked:
        if each.retailer_id in seen:
            each.errors.append("The same id stands in this batch more than once")
        seen.add(each.retailer_id)


def _status(each: requests.Checked) -> dict:
    told = {"retailer_id": each.retailer_id}
    for name in ("errors", "warnings"):
        if getattr(each, name):
            told[name] = [{"message": words} for words in getattr(each, name)]
    return told


def _begin(meta, catalog_id: str, good: list[tuple[int, requests.Checked]], allow_upsert: bool) -> Batch:
    own = meta.world.batch_delay
    delay = (meta.settings.batch_delay if own is None else own) + meta.weather.number("batch_slow")
    batch = Batch(
        handle="Acz" + secrets.token_urlsafe(40),
        catalog_id=catalog_id,
        requests=[{"method": each.method, "id": each.retailer_id, "data": each.data} for _, each in good],
        lines=[line for line, _ in good],
        allow_upsert=allow_upsert,
        due_at=time.time() + delay,
        warnings=[_told(line, each.retailer_id, "; ".join(each.warnings)) for line, each in good if each.warnings],
        is_endless=meta.weather.strikes("batch_endless"),
        is_lost=meta.weather.strikes("batch_lost"),
        is_failing=meta.weather.strikes("batch_fails"),
    )
    meta.world.batches[batch.handle] = batch
    if len(meta.world.batches) > BATCHES_KEPT:
        del meta.world.batches[next(iter(meta.world.batches))]
    meta.spawn(_apply_later(meta, batch))
    return batch


def _told(line: int, retailer_id: str, message: str) -> dict:
    return {"line": line, "id": retailer_id, "message": message}


def resume(meta) -> None:
    """After a restart."""
    for batch in meta.world.batches.values():
        if not batch.is_finished:
            meta.spawn(_apply_later(meta, batch))


async def _apply_later(meta, batch: Batch) -> None:
    await asyncio.sleep(max(0, batch.due_at - time.time()))
    for place, (line, request) in enumerate(zip(batch.lines, batch.requests, strict=True), 1):
        error = OF_THE_WEATHER if batch.is_failing else _apply(meta, batch, line, request)
        if error:
            batch.errors.append(_told(line, request["id"], error))
        if not place % APPLIED_AT_ONCE:
            await asyncio.sleep(0)
    batch.is_finished, batch.requests, batch.lines = True, [], []
    meta.note_change()


def _apply(meta, batch: Batch, line: int, request: dict) -> str:
    """Do one request. What keeps it from being done, in words; empty when it was done."""
    world, retailer_id, data = meta.world, request["id"], request["data"]
    if batch.catalog_id not in world.catalogs:
        return "The catalog does not exist any more"
    product = world.shelf(batch.catalog_id).get(retailer_id)
    if request["method"] == "DELETE":
        if product:
            world.remove_product(product)
        else:
            batch.warnings.append(_told(line, retailer_id, "There is no such item to delete"))
        return ""
    if product and request["method"] == "CREATE" and not batch.allow_upsert:
        return "An item with this id exists already"
    if product is None and request["method"] == "UPDATE":
        if not batch.allow_upsert:
            return "There is no item with this id"
        missing = requests.missing_of(data)
        if missing:
            return f"The item is new, so these are required: {', '.join(missing)}"
    problem = (
        OF_THE_WEATHER if meta.weather.strikes("pictures_unread") else pictures.problem_of(data.get("image_url", ""))
    )
    if problem:
        return f"The image could not be fetched: {problem}"
    if product is None and request["method"] == "UPDATE" and requests.lacks_brand(data):
        batch.warnings.append(_told(line, retailer_id, requests.WITHOUT_BRAND))
    products.save(meta, batch.catalog_id, retailer_id, data)
    return ""


def status_of(meta, catalog_id: str, handle: str, with_ids: bool) -> list[dict]:
    """One row; none for a handle nobody knows."""
    batch = meta.world.batches.get(handle)
    if batch is None or batch.catalog_id != catalog_id or batch.is_lost:
        return []
    if not batch.is_finished or batch.is_endless:
        return [{"handle": handle, "status": "in_progress", "errors_total_count": 0, "errors": [], "warnings": []}]
    row = {
        "handle": handle,
        "status": "finished",
        "errors_total_count": len(batch.errors),
        "errors": batch.errors[:MOST_TOLD],
        "warnings": batch.warnings[:MOST_TOLD],
    }
    return [row | {"ids_of_invalid_requests": [error["id"] for error in batch.errors]}] if with_ids else [row]
