"""What a template is made of. Kinds come in any case and are kept in capitals."""

import re
from collections.abc import Iterator

VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
MEDIA_FORMATS = ("IMAGE", "VIDEO", "DOCUMENT", "GIF")
CATEGORIES = ("AUTHENTICATION", "MARKETING", "UTILITY")
STATUSES = (
    "APPROVED", "PENDING", "REJECTED", "PAUSED", "DISABLED", "IN_APPEAL", "PENDING_DELETION", "DELETED",
    "LIMIT_EXCEEDED", "ARCHIVED",
)  # fmt: skip
QUALITIES = ("UNKNOWN", "GREEN", "YELLOW", "RED")
REASONS = (
    "ABUSIVE_CONTENT", "CATEGORY_NOT_AVAILABLE", "INCORRECT_CATEGORY", "INVALID_FORMAT", "NONE", "PROMOTIONAL", "SCAM",
    "TAG_CONTENT_MISMATCH",
)  # fmt: skip


def variables(text: str) -> list[str]:
    """Each once, in order."""
    return list(dict.fromkeys(VARIABLE.findall(text)))


def upper(holder: dict, name: str) -> str:
    return str(holder.get(name) or "").upper()


def component(components: list[dict], kind: str) -> dict:
    """An empty one where there is none."""
    return next((each for each in components if upper(each, "type") == kind), {})


def buttons(components: list[dict]) -> list[dict]:
    return component(components, "BUTTONS").get("buttons") or []


def cards(components: list[dict]) -> list[list[dict]]:
    return [card.get("components") or [] for card in component(components, "CAROUSEL").get("cards") or []]


def lists(components: list[dict]) -> Iterator[list[dict]]:
    """The components of the message itself, then those of each card."""
    yield components
    yield from cards(components)


def words_of(components: list[dict]) -> str:
    return "\n".join(str(each.get("text", "")) for part in lists(components) for each in part)


def in_capitals(components: list) -> list[dict]:
    """A copy whose kinds are in capitals, so that nobody below asks again. What is no object stays as it is."""
    return [_in_capitals(each) if isinstance(each, dict) else each for each in components]


def _in_capitals(component: dict) -> dict:
    made = dict(component)
    for name in ("type", "format", "otp_type"):
        if name in made:
            made[name] = str(made[name]).upper()
    if "flow_action" in made:
        made["flow_action"] = str(made["flow_action"]).lower()
    if isinstance(made.get("buttons"), list):
        made["buttons"] = in_capitals(made["buttons"])
    if isinstance(made.get("cards"), list):
        made["cards"] = [_card_in_capitals(card) for card in made["cards"]]
    return made


def _card_in_capitals(card):
    if not isinstance(card, dict) or not isinstance(card.get("components"), list):
        return card
    return {**card, "components": in_capitals(card["components"])}
