"""Handlers for messages and statuses: read the value, find the number, call one service."""

import uuid

from inbox.services import receiving, statuses
from inbox.services.contacts import Identity
from meta_integration.intake import UnknownNumber, in_bulk
from meta_integration.models import PhoneNumber
from meta_integration.walk import Item
from meta_integration.webhooks import connected_number


def handle_message(item: Item) -> None:
    number = _number(item)
    who = _sender(item)
    if who:
        receiving.receive(number, item.content, who)


def handle_echo(item: Item) -> None:
    number = _number(item)
    who = Identity(wa_id=_text(item.content, "to"), user_id=_text(item.content, "to_user_id"))
    if who:
        receiving.note_echo(number, item.content, who)


@in_bulk
def handle_statuses(items: list[Item]) -> None:
    numbers = _numbers(items)
    statuses.apply([_report(item, numbers[item.phone_number_id]) for item in items if item.content.get("id")])


def _report(item: Item, number: PhoneNumber) -> statuses.Report:
    return statuses.Report(
        workspace_id=number.workspace_id,
        number_id=number.pk,
        wamid=str(item.content["id"]),
        status=(_text(item.content, "status") or "unknown")[:40],
        at=receiving.time_of(item.content),
        reference=_reference(item.content.get("biz_opaque_callback_data")),
        raw=item.content,
    )


def _sender(item: Item) -> Identity:
    """The person a message is from: named in the message, described in the `contacts` beside it."""
    wa_id, user_id = _text(item.content, "from"), _text(item.content, "from_user_id")
    described = _described(item, wa_id, user_id)
    profile = described.get("profile") if isinstance(described.get("profile"), dict) else {}
    return Identity(
        wa_id=wa_id or _text(described, "wa_id"),
        user_id=user_id or _text(described, "user_id") or _previous_user_id(item.content),
        name=_text(profile, "name"),
        username=_text(profile, "username"),
        parent_user_id=_text(item.content, "from_parent_user_id") or _text(described, "parent_user_id"),
    )


def _described(item: Item, wa_id: str, user_id: str) -> dict:
    """The entry of `contacts` for this sender; with a single entry there is nothing to confuse it with."""
    listed = item.value.get("contacts")
    listed = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    for each in listed:
        if (wa_id and each.get("wa_id") == wa_id) or (user_id and each.get("user_id") == user_id):
            return each
    return listed[0] if len(listed) == 1 else {}


def _previous_user_id(content: dict) -> str:
    """System messages about a new user id may name nobody but in themselves."""
    system = content.get("system")
    return (_text(system, "previous_user_id") or _text(system, "user_id")) if isinstance(system, dict) else ""


def _number(item: Item) -> PhoneNumber:
    number = connected_number(item.phone_number_id)
    if number is None:
        raise UnknownNumber(item.phone_number_id)
    return number


def _numbers(items: list[Item]) -> dict[str, PhoneNumber]:
    ids = {item.phone_number_id for item in items}
    connected = PhoneNumber.objects.filter(phone_number_id__in=ids, state=PhoneNumber.State.CONNECTED)
    numbers = {number.phone_number_id: number for number in connected}
    for missing in ids - numbers.keys():
        raise UnknownNumber(missing)
    return numbers


def _reference(value) -> uuid.UUID | None:
    """Ours is a UUID; anything else was sent by another program."""
    try:
        return uuid.UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _text(holder: dict, name: str) -> str:
    value = holder.get(name)
    return value if isinstance(value, str) else ""
