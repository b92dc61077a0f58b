"""What a template looks like on a phone, as plain facts for `templates_app/_preview.html`.

Everybody draws the same bubble: include that file with `bubble` set to what `preview` or `bubble_of` returned, on a
page that links `templates_app/preview.css`. All texts in it are escaped already.
"""

from collections.abc import Mapping

from django.urls import reverse
from django.utils.translation import gettext as _

from meta_integration.models import MediaAsset
from meta_integration.walk import text_in
from templates_app import design as designs
from templates_app import examples
from templates_app.formatting import html_of, marked, plain_html_of, unmarked
from templates_app.languages import direction_of

# With more of them WhatsApp shows so many and a list for all.
MOST_BUTTONS, BUTTONS_BESIDE_A_LIST = 3, 2
CODE = "123456"
SHOWN_IMAGES, SHOWN_VIDEOS = ("image/jpeg", "image/png"), ("video/mp4",)


def preview(design: dict, values: Mapping | None = None, media: Mapping[str, MediaAsset] | None = None) -> dict:
    """A design, filled with `values` by gap keys and else with its examples; gaps without either stay as they are.

    `media` holds the file of each header by its place, as `design.sample_places` names them. Never raises.
    """
    values = {key: value for key, value in (values or {}).items() if isinstance(value, str | int) and value != ""}
    return bubble_of(_parts(design, values), text_in(design, "language"), media)


def bubble_of(parts: dict, language: str, media: Mapping[str, MediaAsset] | None = None) -> dict:
    """The same of what `render` calls the parts of a message, whose gaps are filled already."""
    message = _bubble(parts, "", media or {})
    cards = [_bubble(card, f"cards[{place}].", media or {}) for place, card in enumerate(parts.get("cards", []))]
    return {**message, "cards": cards, "dir": direction_of(language), "lang": language.replace("_", "-")}


# A design with its examples, in the form of a rendered message --------------------------------------------------------
def _parts(design: dict, values: Mapping) -> dict:
    components = design.get("components")
    if text_in(design, "category").upper() == designs.AUTHENTICATION:
        return _one_time_code(components, values)
    (at, message), *cards = designs.parts(components)
    shown = _part(at, message, values)
    if offer := designs.component(message, "LIMITED_TIME_OFFER"):
        about = offer.get("limited_time_offer")
        shown["offer"] = {
            "text": text_in(about, "text"),
            "ends": isinstance(about, dict) and about.get("has_expiration"),
        }
    return {**shown, "cards": [_part(at, card, values) for at, card in cards]}


def _part(at: str, part: list[dict], values: Mapping) -> dict:
    header, shown = designs.component(part, "HEADER"), {}
    if header is not None:
        text = _filled(header, "header", at, values)
        shown["header"] = {"format": designs.header_format(part) or "TEXT", "text": text}
    shown["body"] = _filled(designs.component(part, "BODY"), "body", at, values)
    shown["footer"] = text_in(designs.component(part, "FOOTER"), "text")
    shown["buttons"] = [
        _button(button, f"{at}buttons[{place}]", values) for place, button in enumerate(designs.buttons(part))
    ]
    return shown


def _filled(component: dict | None, kind: str, at: str, values: Mapping) -> str:
    known = examples.of_text(component, kind)

    def fill(gap) -> str:
        value = values.get(f"{at}{kind}.{gap[1]}", known.get(gap[1], ""))
        return marked(str(value) or gap[0])

    return designs.VARIABLE.sub(fill, unmarked(text_in(component, "text")))


def _button(button: dict, key: str, values: Mapping) -> dict:
    kind, text = text_in(button, "type").upper(), text_in(button, "text")
    shown = {"type": kind, "text": text}
    if kind == "URL":
        shown["url"] = _address(button, values.get(f"{key}.url"))
    elif kind == "PHONE_NUMBER":
        shown["phone_number"] = text_in(button, "phone_number")
    elif kind == "COPY_CODE":
        shown["code"] = str(values.get(f"{key}.code") or examples.of_button(button))
    return shown


def _address(button: dict, suffix) -> str:
    url, example = text_in(button, "url"), examples.of_button(button)
    if suffix is None and example.startswith(("http://", "https://")):
        return example
    given = str(suffix or example)
    return designs.VARIABLE.sub(lambda gap: given or gap[0], url)


def _one_time_code(components: list, values: Mapping) -> dict:
    """Meta writes these texts itself, in the template's language; they are shown in English."""
    code = str(values.get("code") or CODE)
    body, footer = designs.component(components, "BODY") or {}, designs.component(components, "FOOTER") or {}
    text = text_in(body, "text") or "*{{1}}* is your verification code."
    if body.get("add_security_recommendation") and not text_in(body, "text"):
        text += " For your security, do not share this code."
    last = text_in(footer, "text")
    if minutes := footer.get("code_expiration_minutes"):
        last = f"This code expires in {minutes} minutes."
    buttons = [_one_time_button(button, code) for button in designs.buttons(components)]
    return {"body": designs.VARIABLE.sub(lambda _gap: marked(code), text), "footer": last, "buttons": buttons}


def _one_time_button(button: dict, code: str) -> dict:
    is_tap = text_in(button, "otp_type").upper() in ("ONE_TAP", "ZERO_TAP")
    text = text_in(button, "autofill_text") or "Autofill" if is_tap else text_in(button, "text") or "Copy code"
    return {"type": "OTP", "text": text, "code": code}


# What the page draws --------------------------------------------------------------------------------------------------
def _bubble(parts: Mapping, at: str, media: Mapping[str, MediaAsset]) -> dict:
    buttons = [_drawn(button) for button in parts.get("buttons") or []]
    has_list = len(buttons) > MOST_BUTTONS
    return {
        "header": _header(parts.get("header") or {}, media.get(f"{at}header")),
        "body": html_of(parts.get("body") or ""),
        "footer": plain_html_of(parts.get("footer") or ""),
        "offer": _offer(parts.get("offer") or {}, buttons),
        "buttons": buttons[:BUTTONS_BESIDE_A_LIST] if has_list else buttons,
        "options": buttons if has_list else [],
    }


def _header(header: Mapping, asset: MediaAsset | None) -> dict:
    """`kind` is text, image, video, document, location, product, or empty; `url` is there for what can be shown."""
    kind = str(header.get("format", "")).lower()
    shown = {"kind": kind, "text": plain_html_of(header.get("text") or "")}
    if kind == "location" and isinstance(header.get("location"), dict):
        place = header["location"]
        shown |= {"name": text_in(place, "name"), "address": text_in(place, "address")}
    if asset is None:
        return shown
    is_shown = asset.mime_type in {"image": SHOWN_IMAGES, "video": SHOWN_VIDEOS}.get(kind, ())
    return {**shown, "name": asset.file_name, "url": reverse("media:file", args=[asset.pk]) if is_shown else ""}


def _offer(offer: Mapping, buttons: list[dict]) -> dict:
    if not offer:
        return {}
    code = next((button["code"] for button in buttons if button["kind"] == "COPY_CODE" and button["code"]), "")
    return {
        "text": plain_html_of(offer.get("text") or ""),
        "ends": bool(offer.get("ends") or offer.get("expires_at_ms")),
        "code": code,
    }


def _drawn(button: Mapping) -> dict:
    """Where Meta fixes a button's words, they are those of its English phones."""
    kind = str(button.get("type", ""))
    fixed = {"COPY_CODE": _("Copy offer code"), "CATALOG": _("View catalog"), "MPM": _("View items"), "SPM": _("View")}
    about = button.get("url") or button.get("phone_number") or ""
    text = fixed.get(kind) or button.get("text") or "…"
    return {"kind": kind, "text": text, "about": about, "code": button.get("code") or ""}
