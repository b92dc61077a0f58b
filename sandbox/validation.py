"""Is this body of POST /messages one that Meta would accept? Every complaint names the field by its path."""

import re

from .errors import GraphError
from .state import USER_ID

MEDIA = ("image", "video", "document", "audio", "sticker")
WITH_CAPTION = ("image", "video", "document")


def check(body: dict) -> None:
    """Raises GraphError 100, 131008, 131009 or 131051."""
    require_product(body)
    if body.get("recipient_type", "individual") != "individual":
        wrong("recipient_type", "only individual is known to this sandbox")
    _check_recipient(body)
    message_type = body.get("type", "text")
    checker = CHECKERS.get(message_type) if isinstance(message_type, str) else None
    if checker is None:
        raise GraphError(131051, details=f"type must be one of {', '.join(CHECKERS)}, not {message_type!r}.")
    content = body.get(message_type)
    if content is None:
        missing(message_type)
    checker(content, message_type)
    _check_context(body, message_type)
    if "biz_opaque_callback_data" in body:
        text(body, "biz_opaque_callback_data", "", 512)


def require_product(body: dict) -> None:
    if not body.get("messaging_product"):
        raise GraphError(100, "(#100) The parameter messaging_product is required.")
    if body["messaging_product"] != "whatsapp":
        raise GraphError(100, "(#100) Param messaging_product must be one of {WHATSAPP}")


def _check_recipient(body: dict) -> None:
    if not body.get("to") and not body.get("recipient"):
        raise GraphError(100, "(#100) The parameter to is required.")
    if body.get("to"):
        number = text(body, "to", "", 64)
        if not USER_ID.match(number) and not re.fullmatch(r"\+?[\d\s().-]*\d[\d\s().-]*", number):
            wrong("to", "not a phone number")
    elif not USER_ID.match(text(body, "recipient", "", 140)):
        wrong("recipient", "not a business-scoped user id")


def _check_context(body: dict, message_type: str) -> None:
    if "context" not in body:
        return
    if message_type == "reaction":
        wrong("context", "a reaction cannot quote a message")
    text(mapping(body["context"], "context"), "message_id", "context", 1000)


# --- small checks; `where` is the path of the object that holds the field


def path_of(where: str, name) -> str:
    return f"{where}.{name}" if where else str(name)


def missing(path: str) -> None:
    raise GraphError(131008, f"(#131008) Required parameter is missing: {path}", details=f"{path} is required.")


def wrong(path: str, why: str) -> None:
    raise GraphError(131009, f"(#131009) Parameter value is not valid: {path}", details=f"{path}: {why}.")


def mapping(value, path: str) -> dict:
    if not isinstance(value, dict):
        wrong(path, "must be an object")
    return value


def listing(holder: dict, name: str, where: str, least: int, most: int) -> list:
    path = path_of(where, name)
    value = holder.get(name)
    if value is None:
        missing(path)
    if not isinstance(value, list):
        wrong(path, "must be a list")
    if not least <= len(value) <= most:
        wrong(path, f"must have {least} to {most} items, not {len(value)}")
    return value


def text(holder: dict, name: str, where: str, longest: int, *, optional: bool = False) -> str:
    path = path_of(where, name)
    value = holder.get(name)
    if value is None and optional:
        return ""
    if value is None or value == "":
        missing(path)
    if not isinstance(value, str):
        wrong(path, "must be a string")
    if len(value) > longest:
        raise GraphError(100, details=f"Param {path} must be at most {longest} characters long, not {len(value)}.")
    return value


def web_address(holder: dict, name: str, where: str) -> str:
    value = text(holder, name, where, 2000)
    if not re.match(r"https?://[^\s/]+", value):
        wrong(path_of(where, name), "must be an http or https address")
    return value


def one_of(holder: dict, name: str, where: str, allowed) -> str:
    value = text(holder, name, where, 100)
    if value not in allowed:
        wrong(path_of(where, name), f"must be one of {', '.join(allowed)}")
    return value


def distinct(values: list[str], path: str) -> None:
    if len(set(values)) != len(values):
        wrong(path, "must differ from each other")


# --- one check for each type


def _text(content, where: str) -> None:
    content = mapping(content, where)
    text(content, "body", where, 4096)
    if not isinstance(content.get("preview_url", False), bool):
        wrong("text.preview_url", "must be true or false")


def _media(content, where: str) -> None:
    content = mapping(content, where)
    kind = where.rpartition(".")[2]
    if ("id" in content) == ("link" in content):
        wrong(where, "needs either id or link")
    if "link" in content:
        web_address(content, "link", where)
    elif not text(content, "id", where, 100).isdigit():
        wrong(f"{where}.id", "is not a media id")
    if "caption" in content:
        if kind not in WITH_CAPTION:
            wrong(f"{where}.caption", f"{kind} cannot have a caption")
        text(content, "caption", where, 1024)
    if "filename" in content and kind != "document":
        wrong(f"{where}.filename", "only a document has a file name")


def _location(content, where: str) -> None:
    content = mapping(content, where)
    for name, limit in (("latitude", 90), ("longitude", 180)):
        if content.get(name) in (None, ""):
            missing(f"{where}.{name}")
        try:
            is_on_earth = abs(float(content[name])) <= limit
        except (TypeError, ValueError):
            is_on_earth = False
        if not is_on_earth:
            wrong(f"{where}.{name}", f"must be a number between -{limit} and {limit}")


def _contacts(content, where: str) -> None:
    for index, contact in enumerate(listing({where: content}, where, "", 1, 257)):
        path = f"{where}[{index}].name"
        name = mapping(mapping(contact, f"{where}[{index}]").get("name") or {}, path)
        text(name, "formatted_name", path, 1000)
        if not any(name.get(part) for part in ("first_name", "last_name", "middle_name", "prefix", "suffix")):
            missing(f"{path}.first_name")


def _reaction(content, where: str) -> None:
    content = mapping(content, where)
    text(content, "message_id", where, 1000)
    if not isinstance(content.get("emoji"), str):
        missing(f"{where}.emoji")
    if len(content["emoji"]) > 12:
        wrong(f"{where}.emoji", "must be one emoji, or empty to take the reaction back")


def _template(content, where: str) -> None:
    content = mapping(content, where)
    text(content, "name", where, 512)
    if content.get("language") is None:
        missing(f"{where}.language")
    text(mapping(content["language"], f"{where}.language"), "code", f"{where}.language", 20)
    if "components" in content:
        listing(content, "components", where, 0, 20)


# --- interactive: what may stand in each kind, then its action

ANY_HEADER = ("text", "image", "video", "document")


def _interactive(content, where: str) -> None:
    content = mapping(content, where)
    kind = one_of(content, "type", where, INTERACTIVE)
    headers, longest_body, check_action = INTERACTIVE[kind]
    _header(content, where, headers, is_required=kind == "product_list")
    _part(content, "body", where, longest_body, is_required=kind != "product")
    if kind == "location_request_message" and "footer" in content:
        wrong(f"{where}.footer", "is not allowed here")
    _part(content, "footer", where, 60, is_required=False)
    if content.get("action") is None:
        missing(f"{where}.action")
    check_action(mapping(content["action"], f"{where}.action"), f"{where}.action")


def _header(content: dict, where: str, allowed: tuple, *, is_required: bool) -> None:
    path = f"{where}.header"
    if content.get("header") is None:
        if is_required:
            missing(path)
        return
    if not allowed:
        wrong(path, "is not allowed here")
    header = mapping(content["header"], path)
    kind = one_of(header, "type", path, allowed)
    if kind == "text":
        text(header, "text", path, 60)
    elif header.get(kind) is None:
        missing(f"{path}.{kind}")
    else:
        _media(header[kind], f"{path}.{kind}")


def _part(content: dict, name: str, where: str, longest: int, *, is_required: bool) -> None:
    if content.get(name) is None:
        if is_required:
            missing(f"{where}.{name}")
        return
    text(mapping(content[name], f"{where}.{name}"), "text", f"{where}.{name}", longest)


def _buttons(action: dict, where: str) -> None:
    ids, titles = [], []
    for index, button in enumerate(listing(action, "buttons", where, 1, 3)):
        path = f"{where}.buttons[{index}]"
        one_of(mapping(button, path), "type", path, ("reply",))
        reply = mapping(button.get("reply") or {}, f"{path}.reply")
        ids.append(text(reply, "id", f"{path}.reply", 256))
        titles.append(text(reply, "title", f"{path}.reply", 20))
    distinct(ids, f"{where}.buttons ids")
    distinct(titles, f"{where}.buttons titles")


def _list(action: dict, where: str) -> None:
    text(action, "button", where, 20)
    sections = listing(action, "sections", where, 1, 10)
    ids = []
    for index, section in enumerate(sections):
        path = f"{where}.sections[{index}]"
        text(mapping(section, path), "title", path, 24, optional=len(sections) == 1)
        for position, row in enumerate(listing(section, "rows", path, 1, 10)):
            row_path = f"{path}.rows[{position}]"
            ids.append(text(mapping(row, row_path), "id", row_path, 200))
            text(row, "title", row_path, 24)
            text(row, "description", row_path, 72, optional=True)
    if len(ids) > 10:
        wrong(f"{where}.sections", f"must have at most 10 rows in total, not {len(ids)}")
    distinct(ids, f"{where}.sections row ids")


def _cta_url(action: dict, where: str) -> None:
    one_of(action, "name", where, ("cta_url",))
    parameters = mapping(action.get("parameters") or {}, f"{where}.parameters")
    text(parameters, "display_text", f"{where}.parameters", 20)
    web_address(parameters, "url", f"{where}.parameters")


def _send_location(action: dict, where: str) -> None:
    one_of(action, "name", where, ("send_location",))


def _product(action: dict, where: str) -> None:
    text(action, "catalog_id", where, 100)
    text(action, "product_retailer_id", where, 200)


def _product_list(action: dict, where: str) -> None:
    text(action, "catalog_id", where, 100)
    sections = listing(action, "sections", where, 1, 10)
    count = 0
    for index, section in enumerate(sections):
        path = f"{where}.sections[{index}]"
        text(mapping(section, path), "title", path, 24, optional=len(sections) == 1)
        for position, item in enumerate(listing(section, "product_items", path, 1, 30)):
            item_path = f"{path}.product_items[{position}]"
            text(mapping(item, item_path), "product_retailer_id", item_path, 200)
            count += 1
    if count > 30:
        wrong(f"{where}.sections", f"must have at most 30 products in total, not {count}")


def _catalog_message(action: dict, where: str) -> None:
    one_of(action, "name", where, ("catalog_message",))
    if action.get("parameters") is not None:
        parameters = mapping(action["parameters"], f"{where}.parameters")
        text(parameters, "thumbnail_product_retailer_id", f"{where}.parameters", 200, optional=True)


INTERACTIVE = {  # kind: headers allowed, longest body, check of the action
    "button": (ANY_HEADER, 1024, _buttons),
    "list": (("text",), 4096, _list),
    "cta_url": (ANY_HEADER, 1024, _cta_url),
    "location_request_message": ((), 1024, _send_location),
    "product": ((), 1024, _product),
    "product_list": (("text",), 1024, _product_list),
    "catalog_message": ((), 1024, _catalog_message),
}

CHECKERS = {
    "text": _text,
    **dict.fromkeys(MEDIA, _media),
    "location": _location,
    "contacts": _contacts,
    "reaction": _reaction,
    "interactive": _interactive,
    "template": _template,
}
