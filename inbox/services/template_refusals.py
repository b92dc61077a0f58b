"""Messages that Meta refuses because of their template: what is said of each, and what the template is told."""

import re
from datetime import datetime

from django.utils.translation import gettext_noop

from meta_integration.error_book import plain_words
from meta_integration.graph.errors import ErrorClass, classify
from templates_app.models import MessageTemplate
from templates_app.services import news

PART = re.compile(r"(?:cards\[\d+\]\.|card \d+ )?(header|body|buttons?)\b(?: (\d+))?", re.IGNORECASE)

ONE_BUTTON = gettext_noop("button %(n)s")


def is_about_template(code: int | None) -> bool:
    return code in news.DIFFERS or classify(code).error_class is ErrorClass.TEMPLATE_STOPPED


def tell(template_pk: int, code: int, at: datetime) -> None:
    """The template is not sent any more where Meta forbids it, and Meta is asked how it is. Harmless to repeat."""
    news.refused_when_sent(MessageTemplate.objects.get(pk=template_pk), code, plain_words(code), at)


def words(content: dict, code: int, details: str) -> str:
    """Why this message failed, naming the template and the part of it that Meta named."""
    template = content["template"]
    named = {"template": template["name"], "language": template["language"]["code"], "part": _part(details)}
    return WORDS[code] % named


WORDS = {
    132000: gettext_noop(
        "Meta found more or fewer values for %(part)s of the template “%(template)s” (%(language)s) than it has gaps "
        "there. Galantis looks at the template anew. Send it again in a minute."
    ),
    132005: gettext_noop(
        "With its values, %(part)s of the template “%(template)s” (%(language)s) is longer than WhatsApp allows. "
        "Shorten the values and send it again."
    ),
    132012: gettext_noop(
        "A value for %(part)s of the template “%(template)s” (%(language)s) is of another kind than Meta expects "
        "there. Galantis looks at the template anew. Check the values and send it again in a minute."
    ),
}


def _part(details: str) -> str:
    """Meta begins its details with the part: "body: number of localizable_params (1) does not match ..."."""
    found = PART.match(details.strip())
    part, place = (found[1].lower(), found[2]) if found else ("", None)
    if part.startswith("button"):
        return ONE_BUTTON % {"n": int(place) + 1} if place else gettext_noop("the buttons")
    return {"header": gettext_noop("the header"), "body": gettext_noop("the text")}.get(part) or gettext_noop("a part")
