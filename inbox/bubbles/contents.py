"""What a message says, as plain facts for its template: `kind` names it in templates/inbox/bubbles/."""

import json
from collections.abc import Callable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inbox import harmless, kinds
from inbox.bubbles import cards, money, offers, orders
from inbox.bubbles.formatting import html_of, link, safe_url
from inbox.models import Message
from meta_integration.error_book import plain_words
from meta_integration.graph.errors import as_int
from meta_integration.walk import text_in

# A flow's answers as far as a page has room for them.
MOST_ROWS, DEEPEST = 100, 6
MAP = "https://www.openstreetmap.org/?mlat={0}&mlon={1}#map=16/{0}/{1}"


def facts_of(message: Message) -> dict:
    """Of any message, whatever its content holds. Without queries."""
    content = message.content if isinstance(message.content, dict) else {}
    of_type = OUTGOING if message.direction == Message.Direction.OUT else INBOUND
    facts = of_type.get(message.type, _of_tomorrow)(message, content.get(message.type))
    return facts | {"problem": _problem(content.get("errors"), message)}


def part_of(value) -> dict:
    return value if isinstance(value, dict) else {}


def list_of(value) -> list[dict]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def words_of(message: Message):
    return html_of(message.body)


# Words and files ------------------------------------------------------------------------------------------------------
def _text(message: Message, part) -> dict:
    return {"kind": "text", "words": words_of(message)}


def _file(message: Message, part) -> dict:
    """`address` is there where Meta itself fetched the file from the web."""
    part = part_of(part)
    return {
        "kind": "file",
        "name": kinds.name_of(message),
        "is_voice": message.type == "audio" and part.get("voice") is True,
        "words": words_of(message) if message.type != "sticker" else "",
        "address": link(text_in(part, "link"), harmless.line(part.get("link"))) if safe_url(part.get("link")) else "",
    }


def _location(message: Message, part) -> dict:
    part = part_of(part)
    latitude, longitude = (money.amount_of(part.get(name)) for name in ("latitude", "longitude"))
    has_place = latitude is not None and longitude is not None and abs(latitude) <= 90 and abs(longitude) <= 180
    place = [f"{value:.6f}".rstrip("0").rstrip(".") for value in (latitude, longitude)] if has_place else []
    return {
        "kind": "location",
        "name": harmless.line(part.get("name") or message.body),
        "address": harmless.line(part.get("address")),
        "place": ", ".join(place),
        "map": MAP.format(*place) if place else "",
        "page": link(part.get("url"), harmless.line(part.get("url"), 80)) if safe_url(part.get("url")) else "",
    }


def _contacts(message: Message, part) -> dict:
    return {"kind": "contacts", "cards": [cards.card_of(each) for each in list_of(part)[:MOST_ROWS]]}


# What was chosen ------------------------------------------------------------------------------------------------------
def _button(message: Message, part) -> dict:
    return _choice(text_in(part, "text") or message.body, payload=text_in(part, "payload"))


def _interactive(message: Message, part) -> dict:
    part = part_of(part)
    kind = text_in(part, "type")
    chosen = part_of(part.get(kind))
    if kind in ("button_reply", "list_reply"):
        return _choice(text_in(chosen, "title") or message.body, text_in(chosen, "description"), text_in(chosen, "id"))
    if kind == "nfm_reply":
        return {"kind": "flow", "rows": _flow(chosen.get("response_json")), "name": harmless.line(chosen.get("body"))}
    if kind == "call_permission_reply":
        may_call = text_in(chosen, "response") == "accept"
        return _line(_("The customer allows you to call.") if may_call else _("The customer does not want a call."))
    return _of_tomorrow(message, part)


def _choice(title: str, description: str = "", payload: str = "") -> dict:
    """The payload is what the shop itself gave the button: it is said where it says more than the title."""
    title, payload = harmless.line(title), harmless.line(payload)
    # The composer makes it of the place and the title.
    place, _dash, rest = payload.partition("-")
    says_no_more = payload == title or place.isdigit() and rest == title
    more = {"description": harmless.line(description), "payload": "" if says_no_more else payload}
    return {"kind": "choice", "title": title, **more}


def _flow(answer) -> list[tuple[str, str, int]]:
    """Name, value and depth of each answer. Meta sends a text of JSON, which may be anything at all."""
    if isinstance(answer, str):
        try:
            answer = json.loads(answer)
        except (ValueError, RecursionError):
            return [("", harmless.words(answer), 0)]
    rows = []
    _add_rows(answer, "", 0, rows)
    return rows


def _add_rows(value, name: str, depth: int, rows: list) -> None:
    if len(rows) >= MOST_ROWS:
        return
    name = harmless.line(name, 80).replace("_", " ")
    if isinstance(value, dict | list) and depth < DEEPEST:
        members = value.items() if isinstance(value, dict) else ((str(n), each) for n, each in enumerate(value, 1))
        if not any(isinstance(each, dict | list) for each in value) and isinstance(value, list):
            rows.append((name, ", ".join(map(_said, value)), depth))
            return
        if name:
            rows.append((name, "", depth))
        for key, each in members:
            if depth or key != "flow_token":  # Ours, not the customer's.
                _add_rows(each, str(key), depth + bool(name), rows)
    else:
        rows.append((name, _said(value), depth))


def _said(value) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dict | list):
        return harmless.words(_as_json(value)[:1000])
    return "–" if value in (None, "") else harmless.words(str(value)[:4096])


def _as_json(value) -> str:
    try:
        return json.dumps(value, ensure_ascii=False)
    except RecursionError:  # Read just within the limit, and written from further down.
        return "…"


# Lines ----------------------------------------------------------------------------------------------------------------
def _line(words: str, why: str = "") -> dict:
    """A small line between the bubbles."""
    return {"kind": "line", "words": words, "why": why}


def _system(message: Message, part) -> dict:
    kind, number = text_in(part, "type"), text_in(part, "wa_id") or text_in(part, "new_wa_id")
    said = harmless.line(text_in(part, "body"))
    if kind in ("user_changed_number", "customer_changed_number"):
        if number:
            return _line(
                _("The customer has a new number: +%(number)s. The conversation goes on with it.")
                % {"number": harmless.line(number, 40)}
            )
        return _line(_("The customer has a new number. The conversation goes on with it."))
    if kind == "user_changed_user_id":
        return _line(_("WhatsApp gave the customer a new user id. The conversation goes on with it."))
    if kind in ("customer_identity_changed", "user_identity_changed"):
        return _line(_("The customer's security code changed: a new phone, or WhatsApp was installed anew."))
    return _line(_("WhatsApp reports: %(words)s") % {"words": said} if said else _("WhatsApp reports a change."))


def _welcome(message: Message, part) -> dict:
    return _line(_("The customer opened the chat for the first time."))


def _about_another(message: Message, part) -> dict:
    """A reaction, an edit or a deletion whose message is not here (yet)."""
    emoji = harmless.line(message.body, 16)
    is_ours = message.direction == Message.Direction.OUT
    if message.type == "reaction" and emoji:
        words = _("You reacted with %(emoji)s to a message.") if is_ours else _("Reacted with %(emoji)s to a message.")
        return _line(words % {"emoji": emoji}, _("The message is not in this conversation."))
    words = {
        "reaction": _("A reaction was taken back."),
        "edit": _("A message was changed. It now says: %(words)s") % {"words": harmless.line(message.body) or "–"},
        "revoke": _("A message was deleted."),
    }
    return _line(words[message.type], _("The message is not in this conversation."))


def _unsupported(message: Message, part) -> dict:
    what = UNSUPPORTED.get(text_in(part, "type"))
    return {
        "kind": "plain",
        "words": what or _("A message that WhatsApp does not pass on to businesses."),
        "why": _("Only the customer's phone shows it. Ask them to send it in another way."),
    }


UNSUPPORTED = {
    "poll": gettext_lazy("A poll, which WhatsApp does not pass on to businesses."),
    "edit": gettext_lazy("The customer changed a message, and WhatsApp does not pass on the new words."),
    "view_once": gettext_lazy("A picture or video to be seen once, which WhatsApp does not pass on to businesses."),
    "list": gettext_lazy("A list, which WhatsApp does not pass on to businesses."),
    "event": gettext_lazy("An event, which WhatsApp does not pass on to businesses."),
}


def _placeholder(message: Message, part) -> dict:
    return {"kind": "plain", "words": _("A file from before the number was connected. WhatsApp sends it later.")}


def _of_tomorrow(message: Message, part) -> dict:
    """Of a type that is new to us: said so, with the words it has."""
    return {"kind": "plain", "words": harmless.line(kinds.name_of(message)), "said": words_of(message)}


def _problem(errors, message: Message) -> str:
    """What WhatsApp says went wrong with a customer's message, in the error book's words."""
    if message.type in ("unsupported", "unknown"):
        return ""
    for error in list_of(errors):
        code = as_int(error.get("code"))
        title = harmless.line(error.get("title") or error.get("message"))
        if words := plain_words(code) or title:
            return f"{words} ({code})" if code else words
    return ""


Facts = Callable[[Message, object], dict]
FILES = dict.fromkeys(("image", "video", "audio", "document", "sticker"), _file)
ABOUT_ANOTHER = dict.fromkeys(("reaction", "edit", "revoke"), _about_another)
BOTH: dict[str, Facts] = {"text": _text, "location": _location, "contacts": _contacts, **FILES, **ABOUT_ANOTHER}
OUTGOING: dict[str, Facts] = {**BOTH, "interactive": offers.facts_of, "media_placeholder": _placeholder}
INBOUND: dict[str, Facts] = {
    **BOTH,
    "button": _button,
    "interactive": _interactive,
    "order": orders.facts_of,
    "system": _system,
    "request_welcome": _welcome,
    "unsupported": _unsupported,
    "unknown": _unsupported,
    "media_placeholder": _placeholder,
}


def ad_of(referral: dict) -> dict:
    """The ad or post that led the customer here; its address as a link that the team may follow or not."""
    url = text_in(referral, "source_url")
    return {
        "is_post": text_in(referral, "source_type") == "post",
        "headline": harmless.line(referral.get("headline")),
        "body": harmless.line(referral.get("body"), 500),
        "page": link(url, harmless.line(url, 80)) if safe_url(url) else "",
    }
