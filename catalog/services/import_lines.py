"""What the lines of a file would do to the shop's products: add one, change one, nothing, or they are broken."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Count

from catalog import checks, fields
from catalog.files.values import NAMES, understood
from catalog.models import ImportLine, ProductImport, ProductItem
from catalog.problems import problem
from meta_integration.walk import storable
from workspaces import live
from workspaces.models import Workspace

State, Wanted = ImportLine.State, ProductItem.Wanted
GOOD = (State.NEW, State.CHANGED, State.SAME)
# Who is named in the file again is wanted again.
COMES_BACK = (Wanted.REMOVED, Wanted.IN_QUESTION, Wanted.THEIRS)
LONGEST_NUMBER = ImportLine._meta.get_field("retailer_id").max_length
LONGEST_TEXT = 60_000


class Busy(Exception):
    """The import is being read or taken over, or was given up: its lines stay as they are."""


@dataclass
class Judged:
    """`row` is what `items.write` takes; `differences`: {name: (before, after)} for a product that is there."""

    state: str
    row: dict
    problems: list[dict]
    differences: dict[str, tuple] = field(default_factory=dict)


def judge(workspace: Workspace, lines: Iterable[tuple[Mapping, list[dict]]], usual: str) -> list[Judged]:
    """Each line, (its texts, the problems it came with). One query. `usual` is the currency where none is named."""
    read = []
    for texts, came_with in lines:
        row, problems = understood(texts, usual)
        read.append((row, [*came_with, *problems]))
    ids = {row["retailer_id"] for row, _problems in read if row.get("retailer_id")}
    mine = ProductItem.objects.for_workspace(workspace).filter(retailer_id__in=ids)
    known = {item.retailer_id: item for item in mine.only("retailer_id", "wanted", *fields.CONTENT)}
    return [_judged(known.get(row.get("retailer_id")), row, problems, usual) for row, problems in read]


def _judged(item: ProductItem | None, row: dict, problems: list[dict], usual: str) -> Judged:
    if item is None:
        row.setdefault("currency", usual)
    before = fields.content_of(item) if item else fields.complete({})
    if "attributes" in row:
        row["attributes"] = _merged(before["attributes"], row["attributes"])
    named = {each["field"] for each in problems}
    found = [
        *checks.unkeepable(row.get("retailer_id", ""), row),
        *checks.problems_of({**before, **{name: row[name] for name in fields.CONTENT if name in row}}),
    ]
    if item:  # What a line does not touch is no reason to refuse it.
        found = [each for each in found if each["field"] in _touched(row)]
    # What could not be read is not missing besides.
    problems = [*problems, *(each for each in found if each["field"] not in named)]
    if problems:
        return Judged(State.BAD, row, problems)
    if item is None:
        return Judged(State.NEW, row, [])
    differences = {
        name: (before[name], row[name]) for name in fields.CONTENT if name in row and row[name] != before[name]
    }
    is_same = not differences and item.wanted not in COMES_BACK
    return Judged(State.SAME if is_same else State.CHANGED, row, [], differences)


def _touched(row: Mapping) -> set[str]:
    """The facts that a row sets, and those that are right or wrong with them."""
    touched = {*row, *row.get("attributes", ())}
    touched |= {"price", "sale_price", "currency"} if touched & {"price", "sale_price", "currency"} else set()
    return touched | ({"brand"} if touched & set(fields.INSTEAD_OF_BRAND) else set())


def _merged(known: object, named: dict[str, str]) -> dict:
    """Further facts stay where the file has no column for them, and go where its cell is empty."""
    merged = {**(known if isinstance(known, Mapping) else {}), **named}
    return {name: text for name, text in merged.items() if text != ""}


def plain(texts: Mapping) -> dict[str, str]:
    """As they are kept: known names alone, nothing that PostgreSQL cannot hold, and nothing without end."""
    return {name: storable(str(texts[name]))[:LONGEST_TEXT] for name in NAMES if name in texts}


def number_of(texts: Mapping) -> str:
    return str(texts.get("retailer_id", "")).strip()[:LONGEST_NUMBER]


# Mending --------------------------------------------------------------------------------------------------------------
def mend(line: ImportLine, texts: Mapping[str, str]) -> ImportLine:
    """Take these texts for the line and judge it anew. Raises Busy."""
    with transaction.atomic():
        line = _locked(line)
        line.values = plain({**line.values, **texts} if isinstance(line.values, Mapping) else texts)
        line.retailer_id = number_of(line.values)
        (judged,) = judge(line.workspace, [(line.values, [])], line.made.currency)
        twice = _twice(line)
        line.problems = [*judged.problems, *twice]
        line.state = State.BAD if line.problems else judged.state
        line.save(update_fields=["values", "retailer_id", "problems", "state"])
        recount(line.made)
    return line


def leave_out(line: ImportLine) -> ImportLine:
    """The line is not taken over, as it is. Raises Busy."""
    with transaction.atomic():
        line = _locked(line)
        line.state = State.LEFT_OUT
        line.save(update_fields=["state"])
        recount(line.made)
    return line


def recount(made: ProductImport) -> None:
    """The figures of an import, from its lines."""
    counts = count_of(made)
    of_state = {
        State.NEW: "new_count",
        State.CHANGED: "changed_count",
        State.SAME: "same_count",
        State.BAD: "bad_count",
    }
    if made.state == ProductImport.State.DONE:  # The others say what became of what was taken over.
        of_state = {State.BAD: "bad_count"}
    figures = {name: counts.get(state, 0) for state, name in of_state.items()}
    ProductImport.objects.filter(pk=made.pk).update(**figures)
    live.touch(made.workspace_id)


def count_of(made: ProductImport) -> dict[str, int]:
    rows = ImportLine.objects.filter(made=made).order_by().values_list("state").annotate(count=Count("pk"))
    return dict(rows)


def _locked(line: ImportLine) -> ImportLine:
    open_ones = ProductImport.objects.filter(state__in=[ProductImport.State.READY, ProductImport.State.DONE])
    made = open_ones.select_for_update(no_key=True).filter(pk=line.made_id).first()
    fresh = ImportLine.objects.filter(pk=line.pk).exclude(state=State.APPLIED).select_related("workspace").first()
    if made is None or fresh is None:
        raise Busy
    fresh.made = made
    return fresh


def _twice(line: ImportLine) -> list[dict]:
    if not line.retailer_id:
        return []
    others = ImportLine.objects.filter(made=line.made, retailer_id=line.retailer_id, state__in=[*GOOD, State.APPLIED])
    first = others.exclude(pk=line.pk).order_by("line").values_list("line", flat=True).first()
    return [problem("retailer_id", "number_twice", line=first)] if first is not None else []
