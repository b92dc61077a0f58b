"""Contact cards: Meta's own form, and what a vCard beside it says more."""

import re

from inbox import harmless
from inbox.bubbles.formatting import link
from meta_integration.walk import text_in

MOST = 20
# NAME;TYPE=WORK:value, with "item1." before it on Apple's phones.
VCARD_LINE = re.compile(
    r"^(?:[\w-]{1,20}\.)?(FN|TEL|EMAIL|URL|ORG|TITLE)((?:;[^:\n]{0,200})?):(.{1,500})$", re.I | re.M
)


def card_of(contact: dict) -> dict:
    """Names and all that one can call or write to; nothing said twice."""
    more = _in_vcard(text_in(contact, "vcard"))
    name, org = contact.get("name"), contact.get("org")
    names = [text_in(name, key) for key in ("formatted_name", "first_name", "last_name")]
    phones = [_phone(each) for each in _list(contact, "phones")] + [(each, "") for each in more["TEL"]]
    emails = [text_in(each, "email") for each in _list(contact, "emails")] + more["EMAIL"]
    urls = [text_in(each, "url") for each in _list(contact, "urls")] + more["URL"]
    work = [text_in(org, key) for key in ("title", "department", "company")]
    return {
        "name": harmless.line(names[0] or " ".join(filter(None, names[1:])) or next(iter(more["FN"]), "")),
        "work": harmless.line(", ".join(filter(None, work)) or ", ".join(more["TITLE"] + more["ORG"])),
        "phones": [(link(f"tel:{_dialled(number)}", number), kind) for number, kind in _once(phones)],
        "emails": [link(f"mailto:{each}", each) for each, _kind in _once([(each, "") for each in emails])],
        "urls": [link(each, each) for each, _kind in _once([(each, "") for each in urls])],
        "addresses": list(filter(None, (_address(each) for each in _list(contact, "addresses")))),
        "birthday": harmless.line(contact.get("birthday"), 30),
    }


def _phone(phone: dict) -> tuple[str, str]:
    wa_id = text_in(phone, "wa_id")
    return text_in(phone, "phone") or (f"+{wa_id}" if wa_id else ""), text_in(phone, "type")


def _dialled(number: str) -> str:
    return ("+" if number.strip().startswith("+") else "") + re.sub(r"[^0-9]", "", number)


def _once(found: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Each once, by its letters and digits; those that say nothing left out."""
    seen = {}
    for text, kind in found:
        text = harmless.line(text, 200)
        key = re.sub(r"\W", "", text).lower()
        if key:
            seen.setdefault(key, (text, harmless.line(kind, 30).capitalize()))
    return list(seen.values())[:MOST]


def _address(address: dict) -> str:
    parts = [text_in(address, key) for key in ("street", "zip", "city", "state", "country")]
    return harmless.line(", ".join(filter(None, parts)))


def _in_vcard(vcard: str) -> dict[str, list[str]]:
    found = {name: [] for name in ("FN", "TEL", "EMAIL", "URL", "ORG", "TITLE")}
    for name, _parameters, value in VCARD_LINE.findall(vcard.replace("\r", "")[:20_000]):
        plain = re.sub(r"\\([,;\\])", r"\1", value.strip().removeprefix("tel:"))
        found[name.upper()].append(plain.replace(";", ", ").strip(", ") if name.upper() == "ORG" else plain)
    return found


def _list(holder: dict, name: str) -> list[dict]:
    value = holder.get(name)
    return [each for each in value if isinstance(each, dict)][:MOST] if isinstance(value, list) else []
