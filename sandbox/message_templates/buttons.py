"""Buttons: what each kind needs, how many of it there may be, and which may stand together in what order."""

import re

from .parts import buttons as buttons_of
from .parts import component
from .problems import Refused
from .texts import ANY_GAP, written

LONGEST_TEXT, LONGEST_URL, LONGEST_PHONE, LONGEST_CODE = 25, 2000, 20, 15
MOST, MOST_OF_CARD, MOST_APPS = 10, 2, 5
MOST_OF_KIND = {"URL": 2, "QUICK_REPLY": 10}  # of every other kind there may be one
ALONE = ("CATALOG", "MPM", "OTP")
FIXED_TEXTS = {"CATALOG": "View catalog", "MPM": "View items", "SPM": "View"}
OTP_TYPES = ("COPY_CODE", "ONE_TAP", "ZERO_TAP")


def check(components: list[dict], *, is_card: bool = False) -> None:
    """Of one message or one card."""
    part = component(components, "BUTTONS")
    if not part:
        return
    most = MOST_OF_CARD if is_card else MOST
    given = part.get("buttons")
    if not isinstance(given, list) or not 1 <= len(given) <= most or not all(isinstance(each, dict) for each in given):
        raise Refused(why=f"BUTTONS needs buttons, 1 to {most} of them.")
    for button in given:
        checker = CHECKERS.get(button.get("type"))
        if checker is None:
            raise Refused(why=f"A button must be of type {', '.join(CHECKERS)}, not {button.get('type')!r}.")
        checker(button)
    kinds = [button["type"] for button in given]
    _check_counts(kinds)
    _check_order(kinds, components)


def _check_counts(kinds: list[str]) -> None:
    for kind in dict.fromkeys(kinds):
        if kinds.count(kind) > MOST_OF_KIND.get(kind, 1):
            raise Refused(why=f"There may be {MOST_OF_KIND.get(kind, 1)} {kind} buttons, not {kinds.count(kind)}.")
        if kind in ALONE and len(kinds) > 1:
            raise Refused(why=f"A {kind} button must be the only one.")


def _check_order(kinds: list[str], components: list[dict]) -> None:
    replies = [place for place, kind in enumerate(kinds) if kind == "QUICK_REPLY"]
    if replies and len(replies) < len(kinds):
        is_together = replies[-1] - replies[0] == len(replies) - 1
        if not is_together or (replies[0] != 0 and replies[-1] != len(kinds) - 1):
            raise Refused(why="Quick replies must stand together, before or after the other buttons.")
    is_offer = bool(component(components, "LIMITED_TIME_OFFER"))
    if is_offer and {"COPY_CODE", "URL"} <= set(kinds) and kinds.index("COPY_CODE") > kinds.index("URL"):
        raise Refused(why="With LIMITED_TIME_OFFER the COPY_CODE button stands before the URL button.")
    if "SPM" in kinds and component(components, "HEADER").get("format") != "PRODUCT":
        raise Refused(why="An SPM button needs a header of format PRODUCT.")


def _label(button: dict) -> None:
    text = written(button, "text", "button", LONGEST_TEXT)
    if "{{" in text or "\n" in text:
        raise Refused(why="The text of a button can't have parameters or new lines.")


def _url(button: dict) -> None:
    _label(button)
    url = written(button, "url", "button address", LONGEST_URL)
    if not re.match(r"https?://[^\s/]+", url) or re.search(r"\s", ANY_GAP.sub("", url)):
        raise Refused(why="The url of a button must be an http or https address.")
    gaps = ANY_GAP.findall(url)
    if not gaps:
        return
    if len(gaps) > 1 or not url.endswith("}}") or gaps[0].strip() != "1":
        raise Refused(why="The url of a button can have one parameter, {{1}}, at its end.")
    _example(button, "An URL button with a parameter", 2 * LONGEST_URL)


def _phone_number(button: dict) -> None:
    _label(button)
    number = written(button, "phone_number", "phone number", LONGEST_PHONE)
    if not re.fullmatch(r"\+?[\d\s().-]*\d[\d\s().-]*", number):
        raise Refused(why="The phone_number of a button is not a phone number.")


def _copy_code(button: dict) -> None:
    _example(button, "A COPY_CODE button", LONGEST_CODE)
    button.setdefault("text", "Copy offer code")


def _example(button: dict, who: str, longest: int) -> None:
    """A text, or one in a list; Meta gives back a list."""
    given = button.get("example")
    if isinstance(given, str):
        given = [given]
    if not isinstance(given, list) or len(given) != 1:
        raise Refused(why=f"{who} needs one example.")
    written({"example": given[0]}, "example", "example of a button", longest)
    button["example"] = given


def _fixed(button: dict) -> None:
    wanted = FIXED_TEXTS[button["type"]]
    if str(button.setdefault("text", wanted)).lower() != wanted.lower():
        raise Refused(why=f"The text of a {button['type']} button must be '{wanted}'.")


def _flow(button: dict) -> None:
    _label(button)
    named = [name for name in ("flow_id", "flow_name", "flow_json") if button.get(name)]
    if len(named) != 1:
        raise Refused(why="A FLOW button needs one of flow_id, flow_name and flow_json.")
    if button.setdefault("flow_action", "navigate") not in ("navigate", "data_exchange"):
        raise Refused(why="The flow_action of a button must be navigate or data_exchange.")


def _otp(button: dict) -> None:
    if button.get("otp_type") not in OTP_TYPES:
        raise Refused(why=f"An OTP button needs otp_type: {', '.join(OTP_TYPES)}.")
    for name in ("text", "autofill_text"):
        if button.get(name) is not None:
            written(button, name, "button", LONGEST_TEXT)
    if button["otp_type"] == "ZERO_TAP" and button.get("zero_tap_terms_accepted") is not True:
        raise Refused(why="A ZERO_TAP button needs zero_tap_terms_accepted.")
    if button["otp_type"] != "COPY_CODE":
        _supported_apps(button.get("supported_apps"))


def _supported_apps(apps) -> None:
    if not isinstance(apps, list) or not 1 <= len(apps) <= MOST_APPS:
        raise Refused(why=f"supported_apps must have 1 to {MOST_APPS} apps.")
    for app in apps:
        package = app.get("package_name") if isinstance(app, dict) else None
        if not isinstance(package, str) or not re.fullmatch(r"\w+(\.\w+)+", package) or len(package) > 224:
            raise Refused(why="package_name must be the name of a package, at most 224 characters.")
        if not isinstance(app.get("signature_hash"), str) or len(app["signature_hash"]) != 11:
            raise Refused(why="signature_hash must have 11 characters.")


CHECKERS = {
    "QUICK_REPLY": _label,
    "URL": _url,
    "PHONE_NUMBER": _phone_number,
    "COPY_CODE": _copy_code,
    "CATALOG": _fixed,
    "MPM": _fixed,
    "SPM": _fixed,
    "FLOW": _flow,
    "OTP": _otp,
    "VOICE_CALL": _label,
    "REQUEST_CONTACT_INFO": lambda button: None,
    "APP": _label,
}


def kinds(components: list[dict]) -> list[str]:
    return [button["type"] for button in buttons_of(components)]
