"""The words of the translated pages, collected from the source; a catalog for each language but English.

Only for development: Babel is not installed in production, which needs the compiled catalogs alone.
"""

import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages import Catalog, extract, mofile, pofile
from django.conf import settings
from django.utils.translation.template import templatize

KEYWORDS = {
    **dict.fromkeys(["_", "gettext", "gettext_lazy", "gettext_noop"], None),
    **dict.fromkeys(["ngettext", "ngettext_lazy"], (1, 2)),
    **dict.fromkeys(["pgettext", "pgettext_lazy"], ((1, "c"), 2)),
    **dict.fromkeys(["npgettext", "npgettext_lazy"], ((1, "c"), 2, 3)),
}
# Support's pages and the admin are English.
NOT_SHOWN = re.compile(r"tests|migrations|management|doctor|desk|_?desk.*\.html|doctor\..*|admin.*\.py|sites\.py")
# The same each time, or every run would change the file.
WRITTEN = datetime(2026, 1, 1, tzinfo=UTC)


def write(language: str) -> Catalog:
    """Bring a language's catalog up to date with the source. What is new is empty until somebody translates it."""
    catalog = read(language)
    catalog.update(collected(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    catalog.creation_date = catalog.revision_date = WRITTEN
    path(language).parent.mkdir(parents=True, exist_ok=True)
    with path(language).open("wb") as file:
        pofile.write_po(file, catalog, sort_output=True, include_lineno=False, width=120)
    with path(language).with_suffix(".mo").open("wb") as file:
        mofile.write_mo(file, catalog)
    return catalog


def read(language: str) -> Catalog:
    """The catalog as it is in the source; an empty one for a new language."""
    if not path(language).exists():
        return Catalog(locale=language, header_comment=f"# Galantis in {language}.", charset="utf-8", fuzzy=False)
    with path(language).open("rb") as file:
        return pofile.read_po(file, locale=language)


def collected() -> Catalog:
    """Every text that a translated page may show."""
    template = Catalog(charset="utf-8")
    for source in _sources():
        name = source.relative_to(settings.BASE_DIR).as_posix()
        for line, text, _comments, context in extract.extract("python", _python_of(source), KEYWORDS):
            template.add(text, locations=[(name, line)], context=context, flags=_flags(text))
    return template


def path(language: str) -> Path:
    return Path(settings.LOCALE_PATHS[0], language, "LC_MESSAGES", "django.po")


def languages() -> list[str]:
    return [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]


def _sources() -> Iterator[Path]:
    for place in settings.TRANSLATED_SOURCES:
        found = Path(settings.BASE_DIR, place)
        for each in sorted(found.rglob("*")) if found.is_dir() else [found]:
            hidden = any(map(NOT_SHOWN.fullmatch, each.relative_to(settings.BASE_DIR).parts))
            if each.suffix in (".py", ".html") and not hidden:
                yield each


def _python_of(source: Path) -> io.BytesIO:
    """A template as the pseudo-Python that Django makes for gettext, without indentation, which Babel minds."""
    text = source.read_text()
    if source.suffix == ".html":
        text = "\n".join(line.strip() for line in templatize(text, origin=str(source)).splitlines())
    return io.BytesIO(text.encode())


def _flags(text: str | tuple) -> list[str]:
    texts = text if isinstance(text, tuple) else (text,)
    return ["python-format"] if any("%(" in each for each in texts) else []
