"""Message templates: the example ones, finding them, and checking what a message puts into one.

Creating, editing and reviewing them is not here yet.
"""

import re

from .errors import GraphError
from .state import MessageTemplate, World

VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
NOT_SENDABLE = {"PAUSED": 132015, "DISABLED": 132016}  # anything else but APPROVED does not exist for a sender
MEDIA_FORMATS = ("IMAGE", "VIDEO", "DOCUMENT")
TEXT_KINDS = ("text", "currency", "date_time")
MOST = 6000  # of a verified business
CATEGORIES = ("AUTHENTICATION", "MARKETING", "UTILITY")
STATUSES = (
    "APPROVED", "PENDING", "REJECTED", "PAUSED", "DISABLED", "IN_APPEAL", "PENDING_DELETION", "DELETED",
    "LIMIT_EXCEEDED", "ARCHIVED",
)  # fmt: skip
LONGEST_BODY, LONGEST_HEADER = 1024, 60

EXAMPLES = (
    ("hello_world", "UTILITY", [
        {"type": "HEADER", "format": "TEXT", "text": "Hello World"},
        {"type": "BODY", "text": "Welcome and congratulations! This message shows that you can send templates."},
        {"type": "FOOTER", "text": "WhatsApp Business Platform sample message"},
    ]),
    ("order_ready", "UTILITY", [
        {
            "type": "BODY",
            "text": "Hello {{1}}, your order {{2}} is ready to be picked up.",
            "example": {"body_text": [["Customer", "A-1001"]]},
        },
        {"type": "BUTTONS", "buttons": [
            {"type": "URL", "text": "See the order", "url": "https://example.com/orders/{{1}}", "example": ["A-1001"]},
            {"type": "QUICK_REPLY", "text": "Thank you"},
        ]},
    ]),
    ("new_collection", "MARKETING", [
        {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["https://example.com/collection.png"]}},
        {"type": "BODY", "text": "{{1}}, our new collection is here. Look!", "example": {"body_text": [["Customer"]]}},
        {"type": "FOOTER", "text": "Reply STOP to hear no more of this"},
    ]),
)  # fmt: skip


def add_examples(world: World) -> None:
    for account, waba_id in enumerate(world.wabas, 1):
        for place, (name, category, components) in enumerate(EXAMPLES, 1):
            template_id = f"3000000000{account:03}{place:03}"
            template = MessageTemplate(template_id, waba_id, name, "en_US", category, components)
            world.templates[template_id] = template


def add_many(world: World, waba_id: str, count: int, status: str, category: str) -> list[MessageTemplate]:
    """More than the examples, for runs with many: named so that they sort. Those there are already stay."""
    added = []
    for number in range(1, count + 1):
        template_id, body = f"31{waba_id[-6:]}{number:07}", {"type": "BODY", "text": f"Example text number {number}."}
        template = MessageTemplate(template_id, waba_id, f"example_{number:05}", "en_US", category, [body], status)
        added.append(world.templates.setdefault(template_id, template))
    return added


def of_waba(world: World, waba_id: str) -> list[MessageTemplate]:
    return [template for template in world.templates.values() if template.waba_id == waba_id]


def find(world: World, waba_id: str, content: dict) -> MessageTemplate | None:
    name, language = content["name"], content["language"]["code"]
    for template in of_waba(world, waba_id):
        if (template.name, template.language) == (name, language):
            return template
    return None


def fields(template: MessageTemplate) -> dict:
    return {
        "id": template.template_id,
        "name": template.name,
        "language": template.language,
        "status": template.status,
        "category": template.category,
        "sub_category": "CUSTOM",
        "parameter_format": template.parameter_format,
        "components": template.components,
        "quality_score": {"score": "UNKNOWN", "date": 0},
        "rejected_reason": "INVALID_FORMAT" if template.status == "REJECTED" else "NONE",
        "previous_category": None,
        "correct_category": None,
        "message_send_ttl_seconds": None,
        "cta_url_link_tracking_opted_out": False,
        "library_template_name": None,
    }


# --- what a message puts into it


def check(world: World, waba_id: str, content: dict) -> MessageTemplate:
    """Raises 132000, 132001, 132005, 132012, 132015 or 132016."""
    template = find(world, waba_id, content)
    status = template.status if template else ""
    if template is None or (status != "APPROVED" and status not in NOT_SENDABLE):
        name, language = content["name"], content["language"]["code"]
        raise GraphError(132001, details=f"template name ({name}) does not exist in {language}")
    if status in NOT_SENDABLE:
        raise GraphError(NOT_SENDABLE[status])
    given = _given(content)
    for place, wanted in _wanted(template).items():
        _check_part(template, place, wanted, given.pop(place, []))
    for place, parameters in given.items():
        if parameters and not place.startswith("button"):  # payloads of quick replies and the like are optional
            raise _wrong_count(place, len(parameters), 0)
    _check_lengths(template, content)
    return template


def _given(content: dict) -> dict[str, list[dict]]:
    """Parameters by place: `header`, `body`, `button 0`."""
    found: dict[str, list[dict]] = {}
    for component in content.get("components") or []:
        if not isinstance(component, dict) or not isinstance(component.get("parameters", []), list):
            raise _wrong_kind("components", "a list of components with parameters", "something else")
        place = str(component.get("type", "")).lower()
        if place == "button":
            place = f"button {component.get('index', 0)}"
        parameters = component.get("parameters") or []
        if not all(isinstance(parameter, dict) for parameter in parameters):
            raise _wrong_kind(place, "objects as parameters", "something else")
        found.setdefault(place, []).extend(parameters)
    return found


def _wanted(template: MessageTemplate) -> dict[str, list[str]]:
    """What each place needs: names of variables, or a kind of file in capitals."""
    wanted = {}
    for component in template.components:
        kind = component["type"].upper()
        if kind == "HEADER" and component["format"].upper() in MEDIA_FORMATS:
            wanted["header"] = [component["format"].upper()]
        elif kind in ("HEADER", "BODY"):
            wanted[kind.lower()] = variables(component.get("text", ""))
        elif kind == "BUTTONS":
            for index, button in enumerate(component["buttons"]):
                if variables(button.get("url", "")):
                    wanted[f"button {index}"] = ["1"]
    return wanted


def variables(text: str) -> list[str]:
    return list(dict.fromkeys(VARIABLE.findall(text)))


def _check_part(template: MessageTemplate, place: str, wanted: list[str], given: list[dict]) -> None:
    if len(given) != len(wanted):
        raise _wrong_count(place, len(given), len(wanted))
    for name, parameter in zip(wanted, given, strict=True):
        kind = str(parameter.get("type", "")).lower()
        if name in MEDIA_FORMATS:
            content = parameter.get(kind)
            if kind != name.lower() or not isinstance(content, dict) or ("id" in content) == ("link" in content):
                raise _wrong_kind(place, f"{name} with id or link", kind.upper())
            continue
        if kind not in TEXT_KINDS or not _text_of(parameter):
            raise _wrong_kind(place, "TEXT", kind.upper() or "nothing")
        if re.search(r"[\n\t]| {5}", _text_of(parameter)):
            raise _wrong_kind(place, "text without new lines, tabs and more than four spaces", "one with them")
    if template.parameter_format == "NAMED" and not place.startswith("button") and not set(wanted) & set(MEDIA_FORMATS):
        names = {str(parameter.get("parameter_name")) for parameter in given}
        if names != set(wanted):
            raise _wrong_kind(place, f"parameter_name {', '.join(wanted)}", ", ".join(sorted(names)))


def _text_of(parameter: dict) -> str:
    content = parameter.get(str(parameter.get("type", "")).lower())
    if isinstance(content, dict):
        content = content.get("fallback_value")
    return content if isinstance(content, str) else ""


def _check_lengths(template: MessageTemplate, content: dict) -> None:
    shown = filled(template, content)
    for part, longest in (("header", LONGEST_HEADER), ("body", LONGEST_BODY)):
        if len(shown.get(part, "")) > longest:
            raise GraphError(132005, details=f"{part} has {len(shown[part])} characters, at most {longest} are allowed")


def _wrong_count(place: str, given: int, wanted: int) -> GraphError:
    details = f"{place}: number of localizable_params ({given}) does not match the expected number of params ({wanted})"
    return GraphError(132000, details=details)


def _wrong_kind(place: str, wanted: str, given: str) -> GraphError:
    return GraphError(132012, details=f"{place}: Format mismatch, expected {wanted}, received {given}")


# --- as the customer sees it


def filled(template: MessageTemplate, content: dict) -> dict:
    """`header`, `body`, `footer` as texts, `media` of the header, `buttons` with their addresses and payloads."""
    given, shown = _given(content), {}
    for component in template.components:
        kind = component["type"].lower()
        if kind == "buttons":
            shown["buttons"] = [
                _button(button, given.get(f"button {n}", [])) for n, button in enumerate(component[kind])
            ]
        elif "text" in component:
            shown[kind] = _fill(component["text"], given.get(kind, []))
        elif given.get("header"):
            shown["media"] = given["header"][0]
    return shown


def _button(button: dict, parameters: list[dict]) -> dict:
    payload = next((str(p.get("payload")) for p in parameters if p.get("type") == "payload"), button["text"])
    return {**button, "url": _fill(button.get("url", ""), parameters), "payload": payload}


def _fill(text: str, parameters: list[dict]) -> str:
    names = variables(text)
    values = dict(zip(names, map(_text_of, parameters), strict=False))
    values |= {p["parameter_name"]: _text_of(p) for p in parameters if isinstance(p.get("parameter_name"), str)}
    return VARIABLE.sub(lambda match: values.get(match[1], match[0]), text)
