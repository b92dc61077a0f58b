"""Handlers for messages and statuses: read the value, find the number, call one service."""

import uuid

from inbox.services import hearing, meta_choices, receiving, statuses
from inbox.services.contacts import Identity
from meta_integration.intake import UnknownNumber, in_bulk
from meta_integration.models import PhoneNumber
from meta_integration.walk import Item, text_in
from meta_integration.webhooks import connected_number


def handle_message(item: Item) -> None:
    hearing.hear(receiving.receive(_number(item), item.content, _sender(item)))


def handle_echo(item: Item) -> None:
    who = Identity(wa_id=text_in(item.content, "to"), user_id=text_in(item.content, "to_user_id"))
    receiving.note_echo(_number(item), item.content, who)


def handle_preference(item: Item) -> None:
    """A customer stops, allows or asks for offers in WhatsApp itself. The entry's own ids say who it is."""
    who = Identity(wa_id=text_in(item.content, "wa_id"), user_id=text_in(item.content, "user_id"))
    meta_choices.note(_number(item), item.content, who)


@in_bulk
def handle_statuses(items: list[Item]) -> list[Item]:
    numbers = _numbers({item.phone_number_id for item in items})
    known = [item for item in items if item.phone_number_id in numbers and item.content.get("id")]
    statuses.apply([_report(item, numbers[item.phone_number_id]) for item in known])
    return [item for item in items if item.phone_number_id not in numbers]


def _report(item: Item, number: PhoneNumber) -> statuses.Report:
    return statuses.Report(
        workspace_id=number.workspace_id,
        number_id=number.pk,
        wamid=str(item.content["id"]),
        status=(text_in(item.content, "status") or "unknown")[:40],
        at=receiving.time_of(item.content),
        reference=_reference(item.content.get("biz_opaque_callback_data")),
        raw=item.content,
    )


def _sender(item: Item) -> Identity:
    """The person a message is from: named in the message, described in the `contacts` beside it."""
    wa_id, user_id = text_in(item.content, "from"), text_in(item.content, "from_user_id")
    described = _described(item, wa_id, user_id)
    profile = described.get("profile")
    return Identity(
        wa_id=wa_id or text_in(described, "wa_id"),
        user_id=user_id or text_in(described, "user_id") or _previous_user_id(item.content),
        name=text_in(profile, "name"),
        username=text_in(profile, "username"),
        parent_user_id=text_in(item.content, "from_parent_user_id") or text_in(described, "parent_user_id"),
    )


def _described(item: Item, wa_id: str, user_id: str) -> dict:
    """The entry of `contacts` for this sender: one that shares an id with the message, or the only one there is.

    Never one whose ids contradict the message's: it is somebody else.
    """
    listed = item.value.get("contacts")
    listed = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    for each in listed:
        pairs = [(wa_id, text_in(each, "wa_id")), (user_id, text_in(each, "user_id"))]
        shared = [mine == theirs for mine, theirs in pairs if mine and theirs]
        if all(shared) and (shared or len(listed) == 1):
            return each
    return {}


def _previous_user_id(content: dict) -> str:
    """System messages about a new user id may name nobody but in themselves."""
    system = content.get("system")
    return text_in(system, "previous_user_id") or text_in(system, "user_id")


def _number(item: Item) -> PhoneNumber:
    number = connected_number(item.phone_number_id)
    if number is None:
        raise UnknownNumber(item.phone_number_id)
    return number


def _numbers(phone_number_ids: set[str]) -> dict[str, PhoneNumber]:
    connected = PhoneNumber.objects.filter(phone_number_id__in=phone_number_ids, state=PhoneNumber.State.CONNECTED)
    return {number.phone_number_id: number for number in connected}


def _reference(value) -> uuid.UUID | None:
    """Ours is a UUID; anything else was sent by another program."""
    try:
        return uuid.UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None
