"""A product as it is wanted, as it was sent, as Meta took it, and as Meta lists it now, side by side.

Of what was sent only a hash is kept; which version that was is found by walking its history back.
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from types import SimpleNamespace

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from catalog import checks, comparing, content, fields, money, standing
from catalog.models import ProductEvent, ProductItem
from meta_integration.number_words import when

MOST_STEPS = 50
# So long are texts that the history keeps; one of that length may have been longer.
LONGEST_KEPT = 200
PRICES = ("price", "sale_price")
LISTED = {**comparing.TEXTS, **comparing.CHOICES, **{name: name for name in PRICES}, "image_url": "image_link"}


@dataclass(slots=True)
class Column:
    """`values` are texts by field. Without values `note` says why there are none."""

    title: str | Promise
    at: str = ""
    note: str | Promise = ""
    values: dict[str, str] = field(default_factory=dict)
    differs: set[str] = field(default_factory=set)


def columns(item: ProductItem) -> list[Column]:
    wanted = _wanted(item)
    past = [_sent(item), _accepted(item)]
    known = {item.wanted_hash: wanted.values}
    missing = {digest for digest, _column in past if digest} - known.keys()
    known |= _found(item, missing) if missing else {}
    for digest, column in past:
        if digest in known and digest:
            column.values = known[digest]
            column.differs = {name for name, text in column.values.items() if text != wanted.values.get(name)}
        elif digest:
            column.note = _("An earlier version.")
    return [wanted, *(column for _digest, column in past), _theirs(item)]


def rows(shown: list[Column]) -> list[dict]:
    """Field by field: {"label", "cells": [(title, text, does it differ?), ...]}. What nobody names is left out."""
    names = [*(name for name in fields.CONTENT if name != "attributes"), *fields.ATTRIBUTES]
    # The currency stands in each price.
    differ = set().union(*(column.differs for column in shown))
    names = [name for name in names if any(column.values.get(name) for column in shown)]
    names = [name for name in names if name != "currency" or name in differ]
    return [
        {
            "label": fields.label_of(name),
            "cells": [(column.title, column.values.get(name, ""), name in column.differs) for column in shown],
        }
        for name in names
    ]


# The four -------------------------------------------------------------------------------------------------------------
def _wanted(item: ProductItem) -> Column:
    note = "" if item.wanted == ProductItem.Wanted.LISTED else item.get_wanted_display()
    return Column(_("You want"), when(item.changed_at), note, texts_of(fields.content_of(item)))


def _sent(item: ProductItem) -> tuple[str, Column]:
    column = Column(_("Sent"), when(item.sent_at))
    if not item.sent_hash:
        column.note = _("Nothing yet.")
    elif item.sent_hash == standing.DELETED:
        column.note = _("Its removal.")
        return "", column
    return item.sent_hash, column


def _accepted(item: ProductItem) -> tuple[str, Column]:
    column = Column(_("Meta took"), when(item.accepted_at))
    if not item.accepted_hash:
        column.note = _("Nothing yet.")
    elif item.accepted_hash == standing.UNKNOWN:
        column.note = _("Meta has something; which version is not relied on, and it is sent again.")
        return "", column
    return item.accepted_hash, column


def _theirs(item: ProductItem) -> Column:
    column = Column(_("At Meta now"), when(item.checked_at))
    theirs = item.theirs if isinstance(item.theirs, Mapping) else {}
    column.values = {ours: str(theirs[name])[:1000] for name, ours in LISTED.items() if theirs.get(name) is not None}
    found = item.differences if isinstance(item.differences, list) else []
    column.differs = {str(each.get("field")) for each in found if isinstance(each, Mapping)}
    if not column.values:
        column.note = _("Not read yet.") if item.is_at_meta else _("Not there.")
    return column


# Earlier versions -----------------------------------------------------------------------------------------------------
class _Unknown(ValueError):
    """The history keeps only the beginning of it."""


def _found(item: ProductItem, digests: set[str]) -> dict[str, dict[str, str]]:
    """Texts of those of its versions that have these hashes."""
    found = {}
    for values in _versions(item):
        digest = _hash_of(values)
        if digest in digests:
            found[digest] = texts_of(values)
        if len(found) == len(digests):
            break
    return found


def _versions(item: ProductItem) -> Iterator[dict]:
    """Its content before its last change, before the one before that, and so on, as far as the history tells."""
    values = fields.content_of(item)
    changes = ProductEvent.objects.filter(item=item, kind=ProductEvent.Kind.CHANGED).order_by("-pk")
    for detail in changes.values_list("detail", flat=True)[:MOST_STEPS]:
        for name, change in detail.items() if isinstance(detail, Mapping) else ():
            if name in values and isinstance(change, list) and len(change) == 2:
                try:
                    values[name] = _read(name, str(change[0]))
                except (ValueError, SyntaxError, InvalidOperation):
                    values[name] = _Unknown
        if _Unknown not in values.values():
            yield dict(values)


def _read(name: str, text: str):
    """The value that the history shows as this text."""
    if len(text) >= LONGEST_KEPT:
        raise _Unknown
    if name in PRICES:
        return Decimal(text) if text else None
    if name == "inventory":
        return int(text) if text else None
    if name in ("additional_image_links", "attributes"):
        return ast.literal_eval(text)
    return text


def _hash_of(values: dict) -> str:
    try:
        return content.hash_of(SimpleNamespace(**values))
    except (TypeError, ValueError, AttributeError, ArithmeticError):
        return ""  # Incomplete as it was then: never sent.


def texts_of(values: Mapping) -> dict[str, str]:
    """Content as people read it; attributes beside the other fields."""
    attributes = values["attributes"] if isinstance(values["attributes"], Mapping) else {}
    pictures = values["additional_image_links"]
    texts = {name: "" if value is None else str(value) for name, value in values.items() if name != "attributes"}
    texts["additional_image_links"] = "\n".join(map(str, pictures)) if isinstance(pictures, list) else ""
    for name, choices in checks.CHOICES.items():
        texts[name] = str(choices.get(texts[name], texts[name]))
    for name in PRICES:
        if isinstance(values[name], Decimal):
            texts[name] = money.in_words(values[name], values["currency"])
    texts |= {name: str(value) for name, value in attributes.items() if name in fields.ATTRIBUTES}
    return texts
