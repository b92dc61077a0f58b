"""Products as a file to take away: what is imported again unchanged, and how each stands."""

from collections.abc import Iterable, Iterator

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _

from catalog import telling
from catalog.files import writing
from catalog.models import ProductItem
from catalog.problems import sentence_of
from meta_integration.services.media import plain_name

CHUNK = 1000


def download(products: QuerySet[ProductItem], name: str = "products") -> StreamingHttpResponse:
    """All of them as CSV, however many: a part of them in memory at a time. Also for an action of the admin."""
    head = [*writing.HEADINGS.values(), "status", "wanted", "review", "reason"]
    return streamed(name, head, _rows(products))


def streamed(name: str, head: Iterable[str], rows: Iterable[Iterable[str]]) -> StreamingHttpResponse:
    answer = StreamingHttpResponse(writing.parts_of(head, rows), content_type="text/csv; charset=utf-8")
    safe = (
        "".join(each for each in plain_name(name) if each.isascii() and (each.isalnum() or each in "-_")) or "products"
    )
    answer.headers["Content-Disposition"] = f'attachment; filename="{safe}.csv"'
    return answer


def _rows(products: QuerySet[ProductItem]) -> Iterator[list[str]]:
    last = 0
    while part := list(products.filter(pk__gt=last).order_by("pk").select_related("image")[:CHUNK]):
        for item in part:
            standing = [item.get_status_display(), item.get_wanted_display(), telling.review_words(item), _reason(item)]
            yield [*writing.texts_of(item).values(), *map(str, standing)]
        last = part[-1].pk


def _reason(item: ProductItem) -> str:
    """What is to be mended, else what Meta said."""
    problems = [*item.problems] if isinstance(item.problems, list) else []
    if item.image and item.image.problem:
        problems.append(item.image.problem)
    if problems and item.status == ProductItem.Status.INCOMPLETE:
        return " ".join(map(sentence_of, problems))
    if item.status == ProductItem.Status.REFUSED and isinstance(item.refusal, dict):
        said = [item.refusal.get(name) for name in ("happened", "todo", "said")]
        return " ".join(each for each in said if isinstance(each, str) and each)
    if item.review_status == "rejected":
        return " ".join(telling.texts_of(item.review_errors)) or _("Refused by the review.")
    return ""
