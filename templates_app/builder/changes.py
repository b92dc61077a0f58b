"""What the form's buttons do to what is written: add, remove, move."""

import re
from copy import deepcopy

from meta_integration.walk import text_in
from templates_app import design as designs
from templates_app.builder import kinds
from templates_app.builder.reading import MOST_BUTTONS, MOST_CARDS, Written

PLACE = re.compile(r"(cards\[(?P<card>\d{1,3})\])?\.?(buttons\[(?P<button>\d{1,3})\])?")


def add_button(written: Written, at: str, kind: str) -> str:
    """One more button in the message, at "", or in a card. Returns its place; empty if there can be none."""
    part, spec = _part(written, at), kinds.BUTTONS.get(kind)
    if part is None or spec is None:
        return ""
    component = designs.component(part, "BUTTONS")
    if component is None:
        component = {"type": "BUTTONS", "buttons": []}
        part.append(component)
    buttons = component["buttons"]
    if len(buttons) >= MOST_BUTTONS:
        return ""
    buttons.append({"type": kind, **dict.fromkeys(spec.fields, ""), **dict(spec.fixed)})
    return f"{at}buttons[{len(buttons) - 1}]"


def add_card(written: Written) -> str:
    """One more card, made like the first; two where there was none, as Meta takes no single one."""
    components = written.design["components"]
    carousel = designs.component(components, "CAROUSEL")
    if carousel is None:
        carousel = {"type": "CAROUSEL", "cards": [_new_card(), _new_card()]}
        components.append(carousel)
        return "cards[0]"
    if len(carousel["cards"]) < MOST_CARDS:
        carousel["cards"].append(_like(carousel["cards"][0]))
    return f"cards[{len(carousel['cards']) - 1}]"


def add_offer(written: Written) -> str:
    components = written.design["components"]
    if designs.component(components, "LIMITED_TIME_OFFER") is None:
        offer = {"text": "", "has_expiration": True}
        components.append({"type": "LIMITED_TIME_OFFER", "limited_time_offer": offer})
    return "offer"


def remove(written: Written, place: str) -> str:
    """A button, a card, the offer, or the file of a header. Returns where to go on."""
    if place == "offer":
        _drop(written.design["components"], "LIMITED_TIME_OFFER")
        return ""
    if place in written.assets:
        del written.assets[place]
        return place
    if row := _row(written, place):
        values, number, before = row
        _reorder(written, place, [each for each in range(len(values)) if each != number])
        return f"{before}[{min(number, len(values) - 1)}]" if values else ""
    return ""


def move(written: Written, place: str, by: int) -> str:
    """A button or a card, up by -1 or down by 1. Returns its new place."""
    row = _row(written, place)
    if not row or not 0 <= row[1] + by < len(row[0]):
        return place
    values, number, before = row
    order = list(range(len(values)))
    order[number], order[number + by] = order[number + by], order[number]
    _reorder(written, place, order)
    return f"{before}[{number + by}]"


# Parts ----------------------------------------------------------------------------------------------------------------
def _part(written: Written, at: str) -> list[dict] | None:
    if not at:
        return written.design["components"]
    carousel = designs.component(written.design["components"], "CAROUSEL") or {}
    found = PLACE.fullmatch(at)
    number = int(found["card"]) if found and found["card"] else -1
    cards = carousel.get("cards", [])
    return cards[number]["components"] if 0 <= number < len(cards) else None


def _row(written: Written, place: str) -> tuple[list, int, str] | None:
    """The list in which a button or a card stands, its number, and the name of the list."""
    found = PLACE.fullmatch(place)
    if not found or not (found["card"] or found["button"]):
        return None
    if found["button"] is None:
        carousel = designs.component(written.design["components"], "CAROUSEL")
        values, number, before = (carousel or {}).get("cards", []), int(found["card"]), "cards"
    else:
        at = f"cards[{found['card']}]." if found["card"] else ""
        component = designs.component(_part(written, at) or [], "BUTTONS")
        values, number, before = (component or {}).get("buttons", []), int(found["button"]), f"{at}buttons"
    return (values, number, before) if number < len(values) else None


def _reorder(written: Written, place: str, order: list[int]) -> None:
    """Also without some: what is not in `order` is gone. The files of cards go with their cards."""
    values, _number, before = _row(written, place)
    values[:] = [values[number] for number in order]
    if before == "cards":
        files = {new: written.assets.get(f"cards[{old}].header") for new, old in enumerate(order)}
        written.assets = {at: pk for at, pk in written.assets.items() if not at.startswith("cards[")}
        written.assets |= {f"cards[{number}].header": pk for number, pk in files.items() if pk}
    if not values:
        part = written.design["components"] if before == "cards" else _part(written, before.removesuffix("buttons"))
        _drop(part, "CAROUSEL" if before == "cards" else "BUTTONS")


def _drop(components: list[dict], kind: str) -> None:
    components[:] = [each for each in components if text_in(each, "type").upper() != kind]


def _new_card() -> dict:
    return {"components": [{"type": "HEADER", "format": "IMAGE"}, {"type": "BODY", "text": ""}]}


def _like(card: dict) -> dict:
    """The same kinds of parts, as Meta wants them in all cards, without the words."""
    parts = []
    for each in deepcopy(card.get("components", [])):
        each.pop("example", None)
        parts.append({**each, "text": ""} if "text" in each else each)
        for button in each.get("buttons", []):
            button.pop("example", None)
    return {"components": parts}
