"""A posted form as a design, and the example files it names."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from meta_integration.walk import storable
from templates_app import design as designs
from templates_app.builder import kinds
from templates_app.formatting import unmarked
from templates_app.languages import code_of

FREE, FIXED = "free", "fixed"
MOST_CARDS = MOST_BUTTONS = 30


@dataclass
class Written:
    """`assets` are the pks of example files by place. `aside` is what waits while Meta writes the text itself."""

    design: dict
    assets: dict[str, int] = field(default_factory=dict)
    aside: dict = field(default_factory=dict)


def read(post: Mapping[str, str]) -> Written:
    """Whatever was posted. The language is empty if nobody knows the one that was typed."""
    category = _one_of(post, "category", kinds.CATEGORIES) or designs.MARKETING
    named = _one_of(post, "parameter_format", kinds.FORMATS) or designs.POSITIONAL
    design = {"name": text(post, "name"), "language": code_of(text(post, "language")), "category": category}
    design |= {"parameter_format": named}
    if (seconds := whole(text(post, "message_send_ttl_seconds"))) is not None:
        design["message_send_ttl_seconds"] = seconds
    is_fixed, was_fixed = category == designs.AUTHENTICATION, post.get("shape") == FIXED
    aside = _loaded(post, "aside", dict)
    if was_fixed and not is_fixed:
        components, assets, aside = aside.get("components"), aside.get("assets"), {}
    elif was_fixed:
        components, assets = _fixed_text(post), {}
    else:
        components, assets = _components(post, named), _assets(post)
        if is_fixed:
            aside, components, assets = {"components": components, "assets": assets}, new_fixed_text(), {}
    design["components"] = components if isinstance(components, list) else [{"type": "BODY", "text": ""}]
    return Written(design, _pks(assets), aside)


def text(post: Mapping[str, str], name: str) -> str:
    value = post.get(name)
    return unmarked(storable(value)).replace("\r\n", "\n").strip() if isinstance(value, str) else ""


def whole(value: str) -> int | None:
    return int(value) if re.fullmatch(r"-?[0-9]{1,9}", value) else None


def new_fixed_text() -> list[dict]:
    """What an authentication template begins with."""
    return [
        {"type": "BODY", "add_security_recommendation": True},
        {"type": "FOOTER", "code_expiration_minutes": 10},
        {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE"}]},
    ]


# The message and its cards --------------------------------------------------------------------------------------------
def _components(post: Mapping[str, str], named: str) -> list[dict]:
    message = _part(post, "", named)
    if text(post, "footer"):
        message.append({"type": "FOOTER", "text": text(post, "footer")})
    if post.get("offer.here"):
        offer = {"text": text(post, "offer.text"), "has_expiration": bool(post.get("offer.has_expiration"))}
        message.append({"type": "LIMITED_TIME_OFFER", "limited_time_offer": offer})
    if buttons := _buttons(post, ""):
        message.append({"type": "BUTTONS", "buttons": buttons})
    cards = [_card(post, f"cards[{place}].", named) for place in _places(post, r"cards\[(\d+)\]\.here", MOST_CARDS)]
    if cards:
        message.append({"type": "CAROUSEL", "cards": cards})
    return message + [each for each in _loaded(post, "unknown", list) if isinstance(each, dict)]


def _card(post: Mapping[str, str], at: str, named: str) -> dict:
    buttons = _buttons(post, at)
    unknown = [each for each in _loaded(post, f"{at}unknown", list) if isinstance(each, dict)]
    parts = _part(post, at, named) + ([{"type": "BUTTONS", "buttons": buttons}] if buttons else [])
    return {"components": parts + unknown}


def _part(post: Mapping[str, str], at: str, named: str) -> list[dict]:
    """Its header and body. A card may do without a body; the message cannot."""
    found, kind = [], re.sub(r"\W", "", text(post, f"{at}header.format"))[:20]
    if kind == "TEXT":
        found.append(_text(post, {"type": "HEADER", "format": "TEXT"}, f"{at}header", f"{at}header.text", named))
    elif kind:
        found.append({"type": "HEADER", "format": kind})
    if not at or text(post, f"{at}body"):
        found.append(_text(post, {"type": "BODY"}, f"{at}body", f"{at}body", named))
    return found


def _text(post: Mapping[str, str], component: dict, at: str, name: str, named: str) -> dict:
    words = text(post, name)
    part = component["type"].lower()
    examples = {gap: text(post, f"{at}.example.{gap}") for gap in designs.variables(words)}
    component = {**component, "text": words}
    if not any(examples.values()):
        return component
    if named == designs.NAMED:
        params = [{"param_name": gap, "example": example} for gap, example in examples.items()]
        return {**component, "example": {f"{part}_text_named_params": params}}
    # By number: where the text names {{2}} first, its example is still the second.
    most = max([int(gap) for gap in examples if gap.isdecimal() and 0 < int(gap) < 100], default=0)
    values = [examples.get(str(number), "") for number in range(1, most + 1)]
    return {**component, "example": {f"{part}_text": values if part == "header" else [values]}}


# Buttons --------------------------------------------------------------------------------------------------------------
def _buttons(post: Mapping[str, str], at: str) -> list[dict]:
    places = _places(post, rf"{re.escape(at)}buttons\[(\d+)\]\.type", MOST_BUTTONS)
    return [_button(post, f"{at}buttons[{place}]") for place in places]


def _button(post: Mapping[str, str], at: str) -> dict:
    """With all that the form does not show, as it came from Meta."""
    kind = re.sub(r"\W", "", text(post, f"{at}.type"))[:40]
    button = {**_loaded(post, f"{at}.unknown", dict), "type": kind}
    if kind not in kinds.BUTTONS:
        return button
    button |= {key: value for key, value in kinds.BUTTONS[kind].fixed if key not in button}
    for name in kinds.BUTTONS[kind].fields:
        button[name] = text(post, f"{at}.{name}")
    if kind == "FLOW":
        button = {key: value for key, value in button.items() if value or key in ("type", "text")}
    if kind == "URL" and designs.variables(button["url"]):
        button["example"] = [text(post, f"{at}.example")]
    return button


# A one-time code ------------------------------------------------------------------------------------------------------
def _fixed_text(post: Mapping[str, str]) -> list[dict]:
    found = [{"type": "BODY", "add_security_recommendation": bool(post.get("add_security_recommendation"))}]
    minutes = text(post, "code_expiration_minutes")
    if minutes:
        found.append(
            {"type": "FOOTER", "code_expiration_minutes": minutes if whole(minutes) is None else whole(minutes)}
        )
    at = "buttons[0]"
    button = {"type": "OTP", "otp_type": _one_of(post, f"{at}.otp_type", kinds.CODE_BUTTONS) or "COPY_CODE"}
    button |= {name: text(post, f"{at}.{name}") for name in ("text", "autofill_text") if text(post, f"{at}.{name}")}
    if button["otp_type"] != "COPY_CODE":
        button["supported_apps"] = _apps(post, at)
    if button["otp_type"] == "ZERO_TAP":
        button["zero_tap_terms_accepted"] = bool(post.get(f"{at}.zero_tap_terms_accepted"))
    return [*found, {"type": "BUTTONS", "buttons": [button]}]


def _apps(post: Mapping[str, str], at: str) -> list[dict]:
    places = _places(post, rf"{re.escape(at)}\.supported_apps\[(\d+)\]\.package_name", 10)
    names = ("package_name", "signature_hash")
    apps = [{name: text(post, f"{at}.supported_apps[{place}].{name}") for name in names} for place in places]
    return [app for app in apps if any(app.values())]


# Parts ----------------------------------------------------------------------------------------------------------------
def _places(post: Mapping[str, str], pattern: str, most: int) -> list[int]:
    found = (re.fullmatch(pattern, name) for name in post)
    return sorted({int(each[1]) for each in found if each and len(each[1]) < 4})[:most]


def _one_of(post: Mapping[str, str], name: str, allowed) -> str:
    value = text(post, name)
    return value if value in allowed else ""


def _assets(post: Mapping[str, str]) -> dict[str, int]:
    found = (re.fullmatch(r"((?:cards\[\d{1,3}\]\.)?header)\.asset", name) for name in post)
    return {each[1]: whole(text(post, each[0])) for each in found if each}


def _pks(assets) -> dict[str, int]:
    assets = assets if isinstance(assets, dict) else {}
    return {place: pk for place, pk in assets.items() if isinstance(pk, int) and not isinstance(pk, bool) and pk > 0}


def _loaded(post: Mapping[str, str], name: str, kind: type):
    """What went through the page untouched. A browser may have put anything there."""
    try:
        value = storable(json.loads(post.get(name) or "null"))
    except (ValueError, RecursionError):
        return kind()
    return value if isinstance(value, kind) else kind()
