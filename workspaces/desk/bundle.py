"""The support bundle: what the desk shows, as files to hand on. No secret, no customer's words, names or numbers."""

import io
import json
import re
import sys
import zipfile
from importlib import metadata
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string

from workspaces import desk, doctor
from workspaces.desk import Section
from workspaces.models import Workspace

# Any number with a plus, written with blanks or not, and any row of digits longer than Meta's codes.
PHONE = re.compile(r"\+\d[\d ().-]{5,}\d|(?<![\d.])\d{8,}(?!\d)|\b\d{3}[ .-]\d{3}[ .-]\d{4}\b")
SECRET_NAMES = re.compile(r"SECRET|KEY|TOKEN|PASSWORD|REDIS_URL|BROKER_URL")
LIBRARIES = ["Django", "celery", "redis", "requests", "psycopg", "granian"]


def of(workspace: Workspace) -> bytes:
    """A zip of JSON files."""
    sections = desk.sections_of(workspace)
    files = {
        "about": {
            "workspace": workspace.slug,
            "at": timezone.now().isoformat(),
            "headline": desk.headline(sections),
            "versions": _versions(),
        },
        "sections": [_section(each) for each in sections],
        "doctor": [each.as_json() for each in doctor.examine(asks_meta=False)],
        "settings": _settings(),
    }
    kept: set[str] = set()
    for name, path in settings.SUPPORT_BUNDLE.items():
        files[name], ours = import_string(path)(workspace)
        kept |= ours
    clean = Redactor(kept)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(f"{name}.json", json.dumps(clean(content), indent=1, ensure_ascii=False, default=str))
    return target.getvalue()


class Redactor:
    """Takes out what looks like a secret, each secret of the settings, and all but the end of phone numbers.

    `kept` are the shop's own numbers and ids at Meta: support could tell nothing apart without them.
    """

    def __init__(self, kept: set[str]):
        self._kept = {_digits(each) for each in kept} - {""}
        self._secrets = sorted(_secrets(), key=len, reverse=True)
        self._redact = import_string(settings.REDACT)

    def __call__(self, value):
        if isinstance(value, dict):
            return {self(str(name)): self(each) for name, each in value.items()}
        if isinstance(value, list | tuple):
            return [self(each) for each in value]
        if value is None or isinstance(value, bool | float):
            return value
        text = self._text(str(value))
        return value if isinstance(value, int) and text == str(value) else text

    def _text(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "[secret]")
        return PHONE.sub(self._masked, self._redact(text))

    def _masked(self, found: re.Match) -> str:
        digits = _digits(found[0])
        return found[0] if digits in self._kept else f"…{digits[-3:]}"


def _section(section: Section) -> dict:
    table = section.table
    return {
        "title": section.title,
        "state": section.state,
        "sentence": section.sentence,
        "rows": [[label, str(value)] for label, value in section.rows],
        "table": [table.head, *([str(cell) for cell in row] for row in table.rows)] if table else [],
    }


def _settings() -> dict[str, str]:
    """Which are set. Never to what."""
    names = sorted(name for name in dir(settings) if name.isupper())
    return {name: "set" if getattr(settings, name, None) else "empty" for name in names}


def _versions() -> dict[str, str]:
    found = {"python": sys.version.split()[0]}
    for name in LIBRARIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "–"
    return found


def _secrets() -> set[str]:
    """Every text of the settings that must not leave, also inside of lists and of the stores' options."""
    found: set[str] = set()
    for name in dir(settings):
        if name.isupper() and SECRET_NAMES.search(name):
            found |= _texts(getattr(settings, name, None))
    for store in settings.DATABASES.values():
        found |= _texts(store.get("PASSWORD"))
    found |= _texts(settings.EMAIL_HOST_PASSWORD) | _texts(urlsplit(settings.REDIS_URL).password)
    return {each for each in found if len(each) >= 6}


def _texts(value) -> set[str]:
    if isinstance(value, str):
        return {value}
    if isinstance(value, list | tuple):
        return set().union(*(_texts(each) for each in value))
    return set()


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)
