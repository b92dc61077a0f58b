"""Name, language, category and the rest of what stands beside the components."""

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from meta_integration.walk import text_in
from templates_app import design as designs
from templates_app.languages import LANGUAGES
from templates_app.lint.findings import Around, Said, error
from templates_app.lint.reading import category

CATEGORIES = (designs.MARKETING, designs.UTILITY, designs.AUTHENTICATION)
FORMATS = ("", designs.POSITIONAL, designs.NAMED)
# Seconds in which Meta may still deliver. -1 is 30 days, for all but marketing.
TIMES_TO_LIVE = {
    designs.AUTHENTICATION: (30, 900),
    designs.UTILITY: (30, 43_200),
    designs.MARKETING: (43_200, 2_592_000),
}
FOREVER = -1


@error
def name(design: dict, _around: Around) -> Iterator[Said]:
    given = text_in(design, "name")
    if not given:
        yield "name", _("The template has no name."), _("Give it one, such as order_ready.")
    elif not re.fullmatch(r"[a-z0-9_]+", given):
        words = _("The name “%(name)s” has characters that Meta does not take.") % {"name": given[:60]}
        yield "name", words, _("Use only small letters without accents, digits and underscores, such as order_ready.")
    elif len(given) > 512:
        yield "name", _("The name has more than 512 characters."), _("Choose a shorter one.")


@error
def language(design: dict, _around: Around) -> Iterator[Said]:
    given = text_in(design, "language")
    if not given:
        yield "language", _("The template has no language."), _("Choose the language it is written in.")
    elif given not in LANGUAGES:
        words = _("“%(code)s” is none of the languages that Meta knows.") % {"code": given[:20]}
        yield "language", words, _("Choose one from the list, such as English (en) or Portuguese (pt_BR).")


@error
def category_known(design: dict, _around: Around) -> Iterator[Said]:
    if category(design) not in CATEGORIES:
        words = _("The template has no category that Meta knows.")
        todo = _("Choose Utility for news about something the customer did, and Marketing for everything else.")
        yield "category", words, todo


@error
def parameter_format(design: dict, _around: Around) -> Iterator[Said]:
    if text_in(design, "parameter_format").upper() not in FORMATS:
        words = _("Variables are neither numbered nor named.")
        yield "parameter_format", words, _("Choose one: numbers such as {{1}}, or names such as {{first_name}}.")


@error
def time_to_live(design: dict, _around: Around) -> Iterator[Said]:
    given = design.get("message_send_ttl_seconds")
    if given in (None, "") or category(design) not in TIMES_TO_LIVE:
        return
    least, most = TIMES_TO_LIVE[category(design)]
    written = text_in(design, "message_send_ttl_seconds")
    seconds = int(written) if re.fullmatch(r"-?[0-9]{1,10}", written) else None
    if seconds is not None and (least <= seconds <= most or _is_forever(seconds, category(design))):
        return
    words = _("Meta does not take this time in which the message must arrive.")
    todo = _("Choose %(least)s to %(most)s for this category, or leave it empty for Meta's own.")
    yield "message_send_ttl_seconds", words, todo % {"least": _in_words(least), "most": _in_words(most)}


def _is_forever(seconds: int, of_category: str) -> bool:
    return seconds == FOREVER and of_category != designs.MARKETING


def _in_words(seconds: int) -> str:
    for unit, words in ((86_400, _("%(count)s days")), (3600, _("%(count)s hours")), (60, _("%(count)s minutes"))):
        if seconds > unit:
            return words % {"count": seconds // unit}
    return _("%(count)s seconds") % {"count": seconds}


RULES = (name, language, category_known, parameter_format, time_to_live)
