"""The world as one JSON file, so that a restart goes on where it stopped."""

import json
import logging
import os
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from . import seed, state
from .message_templates import store
from .state import World

logger = logging.getLogger("sandbox.snapshot")

RECORDS = {
    "wabas": (state.Waba, "waba_id"),
    "numbers": (state.Number, "phone_number_id"),
    "customers": (state.Customer, "wa_id"),
    "codes": (state.Code, "code"),
    "tokens": (state.Token, "token"),
    "messages": (state.ChatMessage, "wamid"),
    "templates": (state.MessageTemplate, "template_id"),
    "catalogs": (state.Catalog, "catalog_id"),
    "products": (state.Product, "product_id"),
    "batches": (state.Batch, "handle"),
    "media": (state.Media, "media_id"),
    "uploads": (state.Upload, "upload_id"),
}
SLICE = 200  # records written before others have their turn


def dump(world: World) -> str:
    return "".join(dump_in_slices(world))


def dump_in_slices(world: World) -> Iterator[str]:
    """Pieces of the file. The world may move on between them.

    So they stand in the order in which news travels: message, update, webhook. After a restart something may be told
    twice, and nothing is left out.
    """
    head = {name: value for name, value in vars(world).items() if isinstance(value, str | int | float | list)}
    head |= {name: getattr(world, name) for name in ("accepted", "reached", "blocked_names", "commerce")}
    yield json.dumps(head)[:-1]
    for name in [*RECORDS, "chats", "updates", "webhooks"]:
        yield f', "{name}": ['
        yield from _records(list(getattr(world, name).values()))
        yield "]"
    yield "}"


def _records(records: list) -> Iterator[str]:
    for start in range(0, len(records), SLICE):
        text = json.dumps([_plain(record) for record in records[start : start + SLICE]])
        yield ("," if start else "") + text[1:-1]


def _plain(record) -> dict:
    values = vars(record)
    if isinstance(record, state.Chat):
        return {**values, "wamids": list(record.wamids)}
    return {**values, "on_delivered": None} if isinstance(record, state.Update) else values


def load(text: str) -> World:
    data = json.loads(text)
    world = World()
    # Of a sandbox that had none yet.
    is_without_templates, is_without_products = "templates" not in data, not {"catalogs", "products"} <= set(data)
    for name, (record_class, key) in RECORDS.items():
        setattr(world, name, {record[key]: _made(record_class, record) for record in data.pop(name, [])})
    for record in data.pop("chats"):
        chat = _made(state.Chat, {**record, "wamids": deque(record["wamids"])})
        world.chats[f"{chat.wa_id}/{chat.phone_number_id}"] = chat
    updates = [_made(state.Update, record) for record in data.pop("updates", [])]
    world.updates = {id(update): update for update in updates}
    webhooks = [_made(state.Webhook, record) for record in data.pop("webhooks")]
    world.webhooks = {webhook.webhook_id: webhook for webhook in webhooks}
    for name, value in data.items():
        setattr(world, name, value)
    if is_without_templates:
        store.add_examples(world)
    if is_without_products:
        seed.add_catalogs(world)
    return world


def _made(record_class, values: dict):
    """What a newer or older sandbox wrote besides is left out."""
    known = {field.name for field in fields(record_class)}
    return record_class(**{name: value for name, value in values.items() if name in known})


def read(path: str) -> World | None:
    """None when there is nothing to go on with. A broken file is set aside, never a reason not to start."""
    if not path or not Path(path).exists():
        return None
    try:
        return load(Path(path).read_text())
    except (ValueError, KeyError, TypeError, AttributeError) as exc:
        aside = f"{path}.broken-{int(time.time())}"
        os.replace(path, aside)
        logger.warning("The snapshot could not be read (%s). It is now %s; starting afresh.", type(exc).__name__, aside)
        return None


def write(path: str, text: str) -> None:
    """Whole or not at all; readable by the owner only, for it holds tokens."""
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    new = target.with_name(target.name + ".new")
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(new, target)
