"""A template with the values of a message in its gaps: what the customer sees."""

from dataclasses import dataclass, field

from ..errors import GraphError
from ..state import ChatMessage, MessageTemplate
from . import parts, store
from .parts import VARIABLE


@dataclass
class Given:
    """What a message, or one card of it, brings: parameters by place, and by button with its sub_type."""

    places: dict[str, list[dict]] = field(default_factory=dict)
    buttons: dict[int, tuple[str, list[dict]]] = field(default_factory=dict)
    cards: dict[int, "Given"] = field(default_factory=dict)

    def parameters(self, place: str) -> list[dict]:
        return self.places.get(place, [])

    def button(self, index: int) -> tuple[str, list[dict]] | None:
        return self.buttons.get(index)


def given(components) -> Given:
    """Raises 132012 for what is no list of components."""
    found = Given()
    for component in components if isinstance(components, list) else [None]:
        if not isinstance(component, dict):
            raise _odd("components must be a list of objects")
        kind = str(component.get("type", "")).lower()
        parameters = component.get("parameters") or []
        if not isinstance(parameters, list) or not all(isinstance(each, dict) for each in parameters):
            raise _odd(f"{kind}: parameters must be a list of objects")
        if kind == "button":
            index, sub_type = _index(component), str(component.get("sub_type", "")).lower()
            found.buttons[index] = (sub_type, found.buttons.get(index, ("", []))[1] + parameters)
        elif kind == "carousel":
            found.places[kind] = []
            cards = component.get("cards") or []
            found.cards |= dict(map(_card, cards if isinstance(cards, list) else [None]))
        else:
            found.places.setdefault(kind, []).extend(parameters)
    return found


def _index(component: dict) -> int:
    text = str(component.get("index", 0))
    if not text.isascii() or not text.isdigit():
        raise _odd("button: index must be a number")
    return int(text)


def _card(card) -> tuple[int, Given]:
    index = card.get("card_index") if isinstance(card, dict) else None
    if not str(index).isascii() or not str(index).isdigit():
        raise _odd("carousel: a card must have a card_index")
    return int(index), given(card.get("components") or [])


def _odd(details: str) -> GraphError:
    return GraphError(132012, details=details)


def order(text: str) -> list[str]:
    """The gaps in the order in which values without names come: by number, not by where they stand."""
    names = parts.variables(text)
    return sorted(names, key=int) if all(name.isdigit() for name in names) else names


def text_of(parameter: dict) -> str:
    content = parameter.get(str(parameter.get("type", "")).lower())
    if isinstance(content, dict):
        content = content.get("fallback_value")
    return content if isinstance(content, str) else ""


def filled(template: MessageTemplate, content: dict) -> dict:
    """`header`, `body`, `footer` as texts, `media` of the header, `offer`, `buttons`, and `cards` of the same make."""
    values = given(content.get("components") or [])
    shown = _part(template.components, values)
    designs = parts.cards(template.components)
    if designs:
        shown["cards"] = [
            _part(designs[min(index, len(designs) - 1)], values.cards[index]) for index in sorted(values.cards)
        ]
    return shown


def _part(components: list[dict], values: Given) -> dict:
    shown = {}
    for component in components:
        kind = component["type"].lower()
        if kind == "buttons":
            buttons = enumerate(component["buttons"])
            shown["buttons"] = [_button(button, (values.button(index) or ("", []))[1]) for index, button in buttons]
        elif kind == "limited_time_offer":
            shown["offer"] = _offer(component, values.parameters(kind))
        elif kind == "header" and component.get("format", "TEXT") != "TEXT":
            if values.parameters("header"):
                shown["media"] = values.parameters("header")[0]
        elif "text" in component:
            shown[kind] = _fill(component["text"], values.parameters(kind))
    return shown


def _offer(component: dict, parameters: list[dict]) -> dict:
    offer = {"text": component.get("limited_time_offer", {}).get("text", "")}
    for parameter in parameters:
        offer["expires_at"] = parameter["limited_time_offer"]["expiration_time_ms"] / 1000
    return offer


def _button(button: dict, parameters: list[dict]) -> dict:
    """Its address is filled; what else the message brings for it stands in it too."""
    shown = {**button, "text": button.get("text", ""), "url": _fill(button.get("url", ""), parameters)}
    shown["payload"] = next((str(p.get("payload")) for p in parameters if p.get("type") == "payload"), shown["text"])
    for parameter in parameters:
        shown |= {name: parameter[name] for name in ("coupon_code", "action") if name in parameter}
    return shown


def _fill(text: str, parameters: list[dict]) -> str:
    names = order(text)
    values = dict(zip(names, map(text_of, parameters), strict=False))
    values |= {p["parameter_name"]: text_of(p) for p in parameters if isinstance(p.get("parameter_name"), str)}
    return VARIABLE.sub(lambda match: values.get(match[1], match[0]), text)


def shown_of(meta, message: ChatMessage) -> dict:
    """As it was filled when it was accepted; empty for none, or one of an older sandbox whose template is gone."""
    if message.type != "template" or message.is_from_customer:
        return {}
    if message.shown:
        return message.shown
    waba_id = meta.world.numbers[message.phone_number_id].waba_id
    template = store.find(meta.world, waba_id, message.body["template"])
    return filled(template, message.body["template"]) if template else {}
