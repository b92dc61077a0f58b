"""How many buttons there are, of which kinds, and in which order."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from meta_integration.walk import text_in
from templates_app import design as designs
from templates_app.lint import buttons, reading
from templates_app.lint.findings import Around, Said, advice, error

MOST, MOST_ON_A_CARD = 10, 2
MOST_OF_KIND = {"QUICK_REPLY": 10, "URL": 2}  # One of any other.
ALONE = ("CATALOG", "MPM")


@error
def button_count(design: dict, _around: Around) -> Iterator[Said]:
    for at, part in reading.parts(design):
        most, count = MOST_ON_A_CARD if at else MOST, len(designs.buttons(part))
        if designs.component(part, "BUTTONS") is not None and not 1 <= count <= most:
            words = _("The number of buttons is %(count)s, and Meta takes 1 to %(most)s here.")
            yield f"{at}buttons", words % {"count": count, "most": most}, _("Add one, or remove those too many.")


@error
def buttons_of_kind(design: dict, _around: Around) -> Iterator[Said]:
    for at, kinds in _kinds(design):
        for kind in dict.fromkeys(kinds):
            most = MOST_OF_KIND.get(kind, 1)
            if kind in buttons.KINDS and kinds.count(kind) > most:
                words = _("The number of buttons “%(kind)s” is %(count)s, and Meta takes %(most)s at most.")
                values = {"count": kinds.count(kind), "kind": kind_in_words(kind), "most": most}
                yield f"{at}buttons", words % values, _("Remove those too many.")


@error
def button_alone(design: dict, _around: Around) -> Iterator[Said]:
    for at, kinds in _kinds(design):
        for kind in ALONE:
            if kind in kinds and len(kinds) > 1:
                words = _("The button “%(kind)s” must be the only one.") % {"kind": kind_in_words(kind)}
                yield f"{at}buttons", words, _("Remove the others, or this one.")


@error
def quick_replies_together(design: dict, _around: Around) -> Iterator[Said]:
    for at, kinds in _kinds(design):
        places = [place for place, kind in enumerate(kinds) if kind == "QUICK_REPLY"]
        is_together = not places or places[-1] - places[0] == len(places) - 1
        if not is_together or (places and places[0] > 0 and places[-1] < len(kinds) - 1):
            words = _("The quick replies do not stand together.")
            yield f"{at}buttons", words, _("Move all of them before the other buttons, or after them.")


@error
def product_button(design: dict, _around: Around) -> Iterator[Said]:
    for at, part in reading.parts(design):
        if "SPM" in _kinds_of(part) and designs.header_format(part) != "PRODUCT":
            words = _("A button for one product needs the product above it.")
            yield f"{at}buttons", words, _("Choose a product as the header, or remove the button.")


@error
def code_button_elsewhere(design: dict, _around: Around) -> Iterator[Said]:
    for field, kind, _button in reading.buttons(design):
        if kind == "OTP":
            words = _("A button for one-time codes goes into templates of the category Authentication only.")
            yield field, words, _("Remove it, or use a coupon code if you want to give one.")


@error
def coupon_before_link(design: dict, _around: Around) -> Iterator[Said]:
    kinds = _kinds_of(design.get("components"))
    if reading.offer(design) and "COPY_CODE" in kinds and "URL" in kinds[: kinds.index("COPY_CODE")]:
        words = _("With a limited-time offer the coupon code stands before the link.")
        yield "buttons", words, _("Move the coupon code up.")


@advice
def same_labels(design: dict, _around: Around) -> Iterator[Said]:
    for at, part in reading.parts(design):
        labels = [text_in(button, "text").strip().lower() for button in designs.buttons(part)]
        if any(label and labels.count(label) > 1 for label in labels):
            words = _("Two buttons have the same words on them.")
            yield f"{at}buttons", words, _("Give each its own: the answer of a customer says only these words.")


def kind_in_words(kind: str) -> str:
    return {
        "QUICK_REPLY": _("Quick reply"),
        "URL": _("Web address"),
        "PHONE_NUMBER": _("Phone number"),
        "COPY_CODE": _("Coupon code"),
        "CATALOG": _("View catalog"),
        "MPM": _("View items"),
        "SPM": _("View"),
        "FLOW": _("Form"),
        "OTP": _("One-time code"),
    }.get(kind, kind)


def _kinds(design: dict) -> Iterator[tuple[str, list[str]]]:
    return ((at, _kinds_of(part)) for at, part in reading.parts(design))


def _kinds_of(part: list[dict]) -> list[str]:
    return reading.kinds(designs.buttons(part))


RULES = (
    button_count,
    buttons_of_kind,
    button_alone,
    quick_replies_together,
    product_button,
    code_button_elsewhere,
    coupon_before_link,
    same_labels,
)
