"""How a shop's products are, in figures: how many Meta took, what waits and since when, and what is in the way.

Every figure leads to the products that it counts: `Kind.query` and the names of the list's filters are the same words.
"""

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, F, Func, JSONField, Min, QuerySet, TextField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, NullIf
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from catalog import problems
from catalog.models import ProductImage, ProductItem
from workspaces.models import Workspace

Status, Wanted = ProductItem.Status, ProductItem.Wanted
PROBLEM, PICTURE, REFUSAL = "problem", "picture", "refusal"
# On their way to Meta, or about to be.
MOVING = (Status.LOOKING, Status.WAITING, Status.SENDING, Status.SENT)
TO_MEND = (Status.INCOMPLETE, Status.REFUSED)
# What a review says when it is over.
DECIDED = ("approved", "no_review", "rejected", "outdated")
KINDS_COUNTED = 20


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of error and how many products have it. `what` and `about` name it, as they do in the list's filter."""

    what: str
    about: str
    key: str
    count: int = 0

    @property
    def value(self) -> str:
        return ":".join((self.what, self.about, self.key))

    @property
    def query(self) -> str:
        """For the address of the list: the products that have it."""
        return urlencode({"error": self.value})

    @property
    def words(self) -> str:
        if self.what == REFUSAL:
            return _("Refused by Meta: %(todo)s") % {"todo": self.key} if self.key else _("Refused by Meta")
        return problems.kind_in_words(self.about, self.key)


@dataclass(slots=True)
class Figures:
    """`counts` are of what is wanted in the catalog, `by_status` of all; `leaving` are removals on their way."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(Status, 0))
    by_status: dict[str, int] = field(default_factory=lambda: dict.fromkeys(Status, 0))
    total: int = 0
    wanted: int = 0
    leaving: int = 0
    not_removed: int = 0
    kept_out: int = 0
    in_question: int = 0
    theirs: int = 0
    waiting_since: datetime | None = None
    review_pending: int = 0
    review_rejected: int = 0
    needing: int = 0
    kinds: list[Kind] = field(default_factory=list)

    @property
    def accepted(self) -> int:
        return self.counts[Status.ACCEPTED]

    @property
    def asked_of(self) -> int:
        """What the question about removals is measured by: all that is in the catalog until somebody decides."""
        return self.wanted + self.in_question

    @property
    def share(self) -> int | None:
        """How much of what is wanted Meta took, in whole percent. All but one is never called all; None of nothing."""
        return self.accepted * 100 // self.wanted if self.wanted else None

    @property
    def moving(self) -> int:
        return sum(self.counts[status] for status in MOVING)

    @property
    def on_the_way(self) -> int:
        """With the removals."""
        return self.moving + self.leaving

    @property
    def waiting(self) -> int:
        return self.counts[Status.WAITING]

    @property
    def to_mend(self) -> int:
        return sum(self.counts[status] for status in TO_MEND)


def figures(workspace: Workspace) -> Figures:
    """Of one workspace, in two queries, however many products it has."""
    mine = ProductItem.objects.for_workspace(workspace).order_by()
    found = counted(mine)
    found.kinds = kinds_of(mine, KINDS_COUNTED)
    return found


def counted(items: QuerySet[ProductItem]) -> Figures:
    """One query, answered by an index alone."""
    found = Figures()
    groups = items.order_by().values_list("wanted", "status", "review_status")
    for wanted, status, review, count, since in groups.annotate(count=Count("*"), since=Min("status_at")):
        _add(found, wanted, status, review, count)
        if status == Status.WAITING:
            found.waiting_since = min(found.waiting_since or since, since)
    return found


def _add(found: Figures, wanted: str, status: str, review: str, count: int) -> None:
    found.total += count
    found.by_status[status] += count
    is_rejected = wanted == Wanted.LISTED and review == "rejected"
    if status in TO_MEND or is_rejected or wanted == Wanted.IN_QUESTION:
        found.needing += count
    if wanted == Wanted.LISTED:
        found.wanted += count
        found.counts[status] += count
        found.review_rejected += count if is_rejected else 0
        found.review_pending += count if status == Status.ACCEPTED and review not in DECIDED else 0
    elif wanted == Wanted.IN_QUESTION:
        found.in_question += count
    elif wanted == Wanted.THEIRS:
        found.theirs += count
    else:
        found.kept_out += count if wanted == Wanted.EXCLUDED else 0
        found.not_removed += count if status == Status.REFUSED else 0
        found.leaving += count if status in MOVING else 0


# Errors by kind -------------------------------------------------------------------------------------------------------
def kinds_of(items: QuerySet[ProductItem], most: int) -> list[Kind]:
    """The most frequent kinds of errors, in one query. A product with two errors counts for both."""
    items = items.order_by()
    mine = items.filter(status=Status.INCOMPLETE).annotate(
        what=_text(PROBLEM), about=_each_problem("field"), error=_each_problem("key")
    )
    pictures = items.filter(status=Status.INCOMPLETE, image__state=ProductImage.State.BAD)
    pictures = pictures.annotate(
        what=_text(PICTURE), about=_text("image_link"), error=_or_empty(KeyTextTransform("key", "image__problem"))
    )
    refused = items.filter(status=Status.REFUSED)
    refused = refused.annotate(
        what=_text(REFUSAL),
        about=_or_empty(KeyTextTransform("code", "refusal")),
        error=_what_helps(),
    )
    each = [rows.values("what", "about", "error").annotate(count=Count("*")) for rows in (mine, pictures, refused)]
    rows = each[0].union(*each[1:], all=True).order_by("-count", "error")[:most]
    return [Kind(row["what"], row["about"] or "", row["error"] or "", row["count"]) for row in rows]


def with_error(items: QuerySet[ProductItem], value: str) -> QuerySet[ProductItem]:
    """Those that `Kind.value` counts. What names no kind finds nothing."""
    what, _colon, rest = value.partition(":")
    about, _colon, key = rest.partition(":")
    if what == PROBLEM:
        facts = {name: text for name, text in (("field", about), ("key", key)) if text}
        return items.filter(status=Status.INCOMPLETE, problems__contains=[facts])
    if what == PICTURE:
        found = items.filter(status=Status.INCOMPLETE, image__state=ProductImage.State.BAD)
        return found.annotate(error=_or_empty(KeyTextTransform("key", "image__problem"))).filter(error=key)
    if what == REFUSAL:
        found = items.filter(status=Status.REFUSED)
        found = found.annotate(code=_or_empty(KeyTextTransform("code", "refusal")), error=_what_helps())
        return found.filter(code=about, error=key)
    return items.none()


def _text(value: str) -> Cast:
    return Cast(Value(value), TextField())


def _or_empty(expression) -> Coalesce:
    return Coalesce(expression, Value(""), output_field=TextField())


def _what_helps() -> Coalesce:
    """Refusals are of one kind when the same helps: Meta's own words name the product, and differ each time."""
    todo, title = KeyTextTransform("todo", "refusal"), KeyTextTransform("title", "refusal")
    return Coalesce(NullIf(todo, Value("")), title, Value(""), output_field=TextField())


def _each_problem(name: str) -> Func:
    """A row for each problem of a product. Whatever else the column holds makes no rows, and no error."""
    return Func(
        _Problems(F("problems")),
        Value(name),
        template="(%(expressions)s)",
        arg_joiner=" ->> ",
        output_field=TextField(),
    )


class _Problems(Func):
    template = "jsonb_path_query(%(expressions)s, '$[*]')"
    output_field = JSONField()
    set_returning = True


def kind_of(value: str) -> Kind:
    """The kind that stands in an address."""
    what, _colon, rest = value.partition(":")
    about, _colon, key = rest.partition(":")
    return Kind(what, about, key)
