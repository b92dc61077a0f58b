"""Every text of the translated pages stands in every language's catalog, with the same gaps."""

import re

import pytest
from babel.messages import mofile
from django.utils import translation

from workspaces import translations

GAPS = re.compile(r"%\(\w+\)[sd]|%%|\{\{?\w[\w.]*\}\}?|<[^>]+>")


@pytest.fixture(params=translations.languages())
def catalog(request):
    return translations.read(request.param)


def texts(value) -> tuple:
    return (value,) if isinstance(value, str) else tuple(value)


def test_the_catalog_holds_what_the_source_says_and_nothing_else(catalog):
    """Where it does not: `manage.py write_translations`, translate what is empty, and run it again."""
    ours = {message.id for message in catalog if message.id}
    source = {message.id for message in translations.collected() if message.id}
    assert (ours - source, source - ours) == (set(), set())


def test_every_text_is_translated_with_all_its_gaps(catalog):
    wrong = []
    for message in catalog:
        source, own = texts(message.id), texts(message.string)
        if message.id and not all(own):
            wrong.append(f"not translated: {source[0]}")
        for text in own if message.id else ():
            # A form for one or two may say the number as a word.
            lost = set(GAPS.findall(source[-1])) - set(GAPS.findall(text))
            invented = set(GAPS.findall(text)) - set(GAPS.findall(" ".join(source)))
            if invented or (lost and not message.pluralizable):
                wrong.append(f"{source[0]}: lost {lost}, invented {invented}")
    assert not wrong, "\n".join(wrong)


def test_what_is_installed_is_what_was_translated(catalog):
    with translations.path(catalog.locale.language).with_suffix(".mo").open("rb") as file:
        compiled = mofile.read_mo(file)
    installed = {(m.context, *texts(m.id)): texts(m.string) for m in compiled if m.id}
    assert installed == {(m.context, *texts(m.id)): texts(m.string) for m in catalog if m.id and m.string}


def test_a_page_of_another_language_reads_the_catalog():
    with translation.override("ar"):
        assert translation.gettext("Inbox") != "Inbox"
