"""Authentication templates: their words are Meta's own, so they come without any and are given back with them."""

from urllib.parse import urlencode

from .parts import component
from .problems import BODY, FOOTER, Refused

BODY_TEXT = "*{{1}}* is your verification code."
ADVICE = " For your security, do not share this code."
EXPIRES = "This code expires in {} minutes."
EXAMPLE = "123456"
LONGEST_CODE = 15


def check(components: list[dict]) -> None:
    """The form is looked at by `buttons`; here is what only these have."""
    if component(components, "HEADER"):
        raise Refused(why="An AUTHENTICATION template has no header.")
    body, footer = component(components, "BODY"), component(components, "FOOTER")
    if "text" in body:
        raise Refused(BODY, why="The body of an AUTHENTICATION template is fixed: it takes no text.")
    if not isinstance(body.get("add_security_recommendation", False), bool):
        raise Refused(BODY, why="add_security_recommendation must be true or false.")
    minutes = footer.get("code_expiration_minutes")
    is_number = isinstance(minutes, int) and not isinstance(minutes, bool)
    if footer and ("text" in footer or not is_number or not 1 <= minutes <= 90):
        raise Refused(FOOTER, why="The footer takes code_expiration_minutes, 1 to 90, and no text.")
    if [button.get("type") for button in component(components, "BUTTONS").get("buttons") or []] != ["OTP"]:
        raise Refused(why="An AUTHENTICATION template needs one button, of type OTP.")


def expanded(components: list[dict]) -> list[dict]:
    """As it is given back: with its words, and an address instead of the OTP button."""
    made = []
    minutes = component(components, "FOOTER").get("code_expiration_minutes")
    for each in components:
        if each["type"] == "BODY":
            text = BODY_TEXT + (ADVICE if each.get("add_security_recommendation") else "")
            each = {**each, "text": text, "example": {"body_text": [[EXAMPLE]]}}
        elif each["type"] == "FOOTER":
            each = {**each, "text": EXPIRES.format(minutes)}
        elif each["type"] == "BUTTONS":
            each = {**each, "buttons": [_as_address(button, minutes) for button in each["buttons"]]}
        made.append(each)
    return made


def _as_address(button: dict, minutes: int | None) -> dict:
    query = {"otp_type": button["otp_type"]} | ({"code_expiration_minutes": minutes} if minutes else {})
    address = f"https://www.whatsapp.com/otp/code/?{urlencode(query)}&code=otp"
    text = button.get("text") or "Copy code"
    return {"type": "URL", "text": text, "url": address + "{{1}}", "example": [address + EXAMPLE]}
