"""An import and its lines as its pages show them."""

from collections.abc import Mapping

from django.core.paginator import Paginator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from catalog.fields import ATTRIBUTES, FIELDS, label_of
from catalog.models import ImportLine, ProductImport
from catalog.problems import sentence_of, words_of
from catalog.services import import_applying, import_lines

State, Line = ProductImport.State, ImportLine.State
BADGES = {Line.NEW: "good", Line.CHANGED: "waiting", Line.BAD: "bad", Line.APPLIED: "good", Line.LEFT_OUT: ""}
STATE_BADGES = {State.READY: "warn", State.DONE: "good", State.FAILED: "bad", State.READING: "waiting"}
STATE_BADGES |= {State.APPLYING: "waiting"}
LINES_ON_A_PAGE, BROKEN_ON_A_PAGE = 50, 20
LONG = {"description"}


class KnownCount(Paginator):
    """The count comes from the figures of the import, not from counting once more."""

    def __init__(self, rows, on_a_page: int, count: int):
        super().__init__(rows, on_a_page)
        self._known = count

    @cached_property
    def count(self) -> int:
        return self._known


def facts_of(made: ProductImport) -> dict:
    """What the head of the page says: counts, filters, and what may be done."""
    counts = import_lines.count_of(made)
    good = sum(counts.get(state, 0) for state in import_lines.GOOD)
    broken = counts.get(Line.BAD, 0)
    is_whole = made.mode == ProductImport.Mode.WHOLE
    return {
        "made": made,
        "badge": STATE_BADGES.get(made.state, ""),
        "counts": counts,
        "good": good,
        "broken": broken,
        "is_whole": is_whole,
        "missing": import_applying.missing_in(made).count()
        if is_whole and made.state in (State.READY, State.DONE)
        else 0,
        "is_open": made.state in (State.READY, State.DONE),
    }


def chosen_filter(asked: str, counts: Mapping[str, int]) -> str:
    """What is broken comes first: that is where a person is needed."""
    if asked in Line.values or asked == "all":
        return asked
    return Line.BAD if counts.get(Line.BAD) else "all"


def filters_of(counts: Mapping[str, int], chosen: str) -> list[dict]:
    """One for each kind of line that there is."""
    found = [{"value": "all", "label": _("All"), "count": sum(counts.values()), "is_chosen": chosen == "all"}]
    return found + [
        {"value": value, "label": label, "count": counts.get(value, 0), "is_chosen": value == chosen}
        for value, label in Line.choices
        if counts.get(value) or value == chosen
    ]


def lines_of(made: ProductImport, chosen: str, counts: Mapping[str, int], page: str | None):
    """A page of them, told."""
    lines = ImportLine.objects.for_workspace(made.workspace).filter(made=made).order_by("line")
    lines = lines if chosen == "all" else lines.filter(state=chosen)
    count = sum(counts.values()) if chosen == "all" else counts.get(chosen, 0)
    on_a_page = BROKEN_ON_A_PAGE if chosen == Line.BAD else LINES_ON_A_PAGE
    found = KnownCount(lines, on_a_page, count).get_page(page)
    found.object_list = list(found.object_list)
    changes = _changes(made, [line for line in found.object_list if line.state == Line.CHANGED])
    for line in found.object_list:
        tell(line)
        line.changes = changes.get(line.pk, [])
    return found


def tell(line: ImportLine) -> ImportLine:
    """With what its page or its place in the list shows."""
    texts = line.values if isinstance(line.values, Mapping) else {}
    problems = line.problems if isinstance(line.problems, list) else []
    line.badge = BADGES.get(line.state, "")
    line.title_shown = str(texts.get("title", ""))[:120]
    line.price_shown = " ".join(filter(None, [str(texts.get("price", "")), str(texts.get("currency", ""))]))[:60]
    line.sentences = [sentence_of(each) for each in problems] if line.state == Line.BAD else []
    wrong: dict[str, list[str]] = {}
    for each in problems if line.state == Line.BAD else []:
        field = str(each.get("field", "")) if isinstance(each, Mapping) else ""
        wrong.setdefault(field, []).append(words_of(each))
    known = (*FIELDS, *ATTRIBUTES)
    line.of_the_line = [words for field, all_words in wrong.items() if field not in known for words in all_words]
    inputs = [_input(line, name, texts, wrong.get(name, [])) for name in known]
    line.wrong_inputs = [each for each in inputs if each["problems"]]
    line.other_inputs = [each for each in inputs if not each["problems"]]
    return line


def _input(line: ImportLine, name: str, texts: Mapping, problems: list[str]) -> dict:
    return {
        "name": name,
        "id": f"line-{line.pk}-{name}",
        "label": label_of(name),
        "text": str(texts.get(name, "")),
        "problems": problems,
        "is_long": name in LONG,
    }


def _changes(made: ProductImport, lines: list[ImportLine]) -> dict[int, list[dict]]:
    """What each would change."""
    texts = [(line.values if isinstance(line.values, Mapping) else {}, []) for line in lines]
    judged = import_lines.judge(made.workspace, texts, made.currency)
    return {
        line.pk: [
            {"label": label_of(name), "before": _shown(before), "after": _shown(after)}
            for name, (before, after) in each.differences.items()
        ]
        for line, each in zip(lines, judged, strict=True)
    }


def _shown(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{label_of(name)} {text}" for name, text in value.items())[:200] or "–"
    if isinstance(value, list):
        return " ".join(map(str, value))[:200] or "–"
    if value in ("", None):
        return "–"
    return f"{value.normalize():f}" if hasattr(value, "normalize") else str(value)[:200]


def columns_told(made: ProductImport) -> list[dict]:
    """The file's columns and what was taken for what. An odd shape is none."""
    pairs = [each for each in made.columns if isinstance(each, list) and len(each) == 2] if made.columns else []
    return [{"heading": str(heading), "label": label_of(name) if name else ""} for heading, name in pairs]
