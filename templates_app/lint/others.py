"""What the account's other templates forbid."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from meta_integration.walk import text_in
from templates_app import design as designs
from templates_app.languages import words_of
from templates_app.lint import reading
from templates_app.lint.findings import Around, Said, advice, error


@error
def name_taken(design: dict, around: Around) -> Iterator[Said]:
    mine = (text_in(design, "name"), text_in(design, "language"))
    if any((name, language) == mine for name, language, _category, _text in around.others):
        words = _("The account has a template of this name in this language already.")
        yield "name", words, _("Choose another name or language, or change that template.")


@error
def same_text(design: dict, around: Around) -> Iterator[Said]:
    mine = text_of(design)
    if reading.is_code(design) or not mine:
        return
    for name, language, category, text in around.others:
        if category.upper() == designs.AUTHENTICATION or _plain(text) != mine:
            continue
        if name == text_in(design, "name"):
            words = _("The text and footer are still those of the language %(language)s.") % {
                "language": words_of(language)
            }
            yield "body", words, _("Translate them: Meta takes no text twice.")
        else:
            words = _("The template “%(name)s” has the same text and footer, and Meta takes no text twice.")
            yield "body", words % {"name": name[:60]}, _("Use that one, or change some words.")
        return


@advice
def other_category(design: dict, around: Around) -> Iterator[Said]:
    mine = reading.category(design)
    for name, language, category, _text in around.others:
        is_another_language = name == text_in(design, "name") and language != text_in(design, "language")
        if is_another_language and category and category.upper() != mine:
            words = _("In the language %(language)s this template has another category.") % {
                "language": words_of(language)
            }
            yield "category", words, _("Give all languages of a name the same category, so that they cost the same.")
            return


def text_of(design: dict) -> str:
    """Body and footer as they are compared."""
    components = design.get("components")
    texts = [text_in(designs.component(components, kind), "text") for kind in ("BODY", "FOOTER")]
    return _plain("\n".join(text for text in texts if text))


def _plain(text: str) -> str:
    return " ".join(text.split())


RULES = (name_taken, same_text, other_category)
