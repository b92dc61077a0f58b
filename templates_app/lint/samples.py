"""Example files of headers, and the catalog that products come from."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from templates_app import design as designs
from templates_app.lint import reading
from templates_app.lint.findings import Around, Said, error

# The types that Meta takes as examples: fewer than it takes in messages.
TYPES = {"IMAGE": ("image/jpeg", "image/png"), "VIDEO": ("video/mp4",), "DOCUMENT": ("application/pdf",)}
OF_PRODUCTS = ("CATALOG", "MPM", "SPM")


@error
def sample_missing(design: dict, around: Around) -> Iterator[Said]:
    for place in _places(design):
        if not around.samples.get(place):
            words = _("The header has no example file.")
            yield place, words, _("Choose one: Meta's reviewers look at it, and it is sent where no other is chosen.")


@error
def sample_type(design: dict, around: Around) -> Iterator[Said]:
    todos = {
        "IMAGE": _("Choose a picture as JPEG or PNG."),
        "VIDEO": _("Choose a video as MP4."),
        "DOCUMENT": _("Choose a PDF."),
    }
    for place, kind in _places(design).items():
        given = around.samples.get(place)
        if given and given not in TYPES[kind]:
            yield place, _("The example file is not of the kind that this header needs."), todos[kind]


@error
def catalog_missing(design: dict, around: Around) -> Iterator[Said]:
    formats = [designs.header_format(part) for _at, part in reading.parts(design)]
    kinds = [kind for _field, kind, _button in reading.buttons(design)]
    if not around.has_catalog and ("PRODUCT" in formats or set(kinds) & set(OF_PRODUCTS)):
        field = "buttons" if set(kinds) & set(OF_PRODUCTS) else "header"
        words = _("The template shows products, but this account has no catalog.")
        yield field, words, _("Connect a catalog to the account in Meta's Commerce Manager, then come back.")


def _places(design: dict) -> dict[str, str]:
    return {} if reading.is_code(design) else designs.sample_places(design.get("components"))


RULES = (sample_missing, sample_type, catalog_missing)
