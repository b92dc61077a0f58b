"""What the builder offers to begin with is what it would advise."""

import pytest

from templates_app import lint
from templates_app.builder.starting import name_from
from templates_app.design import sample_places
from templates_app.library import BLANK, EXAMPLES, SHAPES, STARTS
from templates_app.lint import Around

FILES = {"IMAGE": "image/jpeg", "VIDEO": "video/mp4", "DOCUMENT": "application/pdf"}


@pytest.mark.parametrize("start", [*EXAMPLES, *SHAPES], ids=lambda each: each.key)
def test_every_beginning_would_be_taken_by_meta_as_it_is(start):
    design = {"name": start.name, "language": "en_US", **start.draft}
    samples = {place: FILES[kind] for place, kind in sample_places(design["components"]).items()}
    assert lint.check(design, Around(samples=samples, has_catalog=start.needs_catalog)) == []


def test_each_has_a_name_of_its_own_as_meta_takes_it():
    names = [start.name for start in STARTS.values() if start is not BLANK]
    assert len(set(names)) == len(names)
    assert all(name_from(name) == name for name in names)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Order is on its way!", "order_is_on_its_way"),
        ("Straße & Söhne", "strasse_sohne"),
        ("  2 × 50 %  ", "2_50"),
        ("مرحبا", ""),
        ("x" * 900, "x" * 512),
    ],
)
def test_a_name_is_made_of_a_title(title, name):
    assert name_from(title) == name
