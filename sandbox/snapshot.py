"""The world as one JSON file, so that a restart goes on where it stopped."""

import json
import logging
import os
import time
from pathlib import Path

from . import state
from .state import World

logger = logging.getLogger("sandbox.snapshot")

RECORDS = {
    "wabas": (state.Waba, "waba_id"),
    "numbers": (state.Number, "phone_number_id"),
    "customers": (state.Customer, "wa_id"),
    "codes": (state.Code, "code"),
    "tokens": (state.Token, "token"),
    "messages": (state.ChatMessage, "wamid"),
    "webhooks": (state.Webhook, "webhook_id"),
}


def dump(world: World) -> str:
    """Pending webhooks are all kept; delivered ones are only history and stay behind."""
    data = {name: value for name, value in vars(world).items() if isinstance(value, str | list)}
    for name in RECORDS:
        data[name] = [vars(record) for record in getattr(world, name).values()]
    data["webhooks"] = [record for record in data["webhooks"] if record["state"] == "pending"]
    data["chats"] = [vars(chat) for chat in world.chats.values()]
    return json.dumps(data)


def load(text: str) -> World:
    data = json.loads(text)
    world = World()
    for name, (record_class, key) in RECORDS.items():
        setattr(world, name, {record[key]: record_class(**record) for record in data.pop(name)})
    chats = [state.Chat(**record) for record in data.pop("chats")]
    world.chats = {f"{chat.wa_id}/{chat.phone_number_id}": chat for chat in chats}
    for name, value in data.items():
        setattr(world, name, value)
    return world


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
