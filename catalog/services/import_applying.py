"""Taking over the good lines of an import: all of them, or, when a worker dies, none until another begins anew."""

from collections.abc import Iterator

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from catalog.models import ImportLine, ProductImport, ProductItem
from catalog.services import import_lines, import_progress, items
from workspaces import live, services
from workspaces.bulk import update_each

State = ProductImport.State
CHUNK = 1000


def apply(import_pk: int) -> bool:
    """False where there is nothing to take over, or another worker does: it holds the row until it has committed."""
    with transaction.atomic():
        free = ProductImport.objects.select_for_update(no_key=True, skip_locked=True, of=("self",))
        made = free.select_related("workspace", "applied_by").filter(pk=import_pk, state=State.APPLYING).first()
        if made is None:
            return False
        import_progress.set_percent(made.pk, 0)
        _lock_products(made)
        written = _write(made)
        _remove(made, new=written[0])
        _end(made, written)
    import_progress.forget(import_pk)
    return True


def missing_in(made: ProductImport) -> QuerySet[ProductItem]:
    """Products that came from files and that this one does not name, not even in a broken line.

    It can say nothing of what was added after it: its broken lines may be mended days later.
    """
    named = ImportLine.objects.filter(made=made, retailer_id=OuterRef("retailer_id"))
    mine = ProductItem.objects.for_workspace(made.workspace).filter(source=ProductItem.Source.IMPORT)
    return mine.filter(~Exists(named), wanted=ProductItem.Wanted.LISTED, created_at__lt=made.created_at)


def may_remove(made: ProductImport) -> bool:
    """Only a whole list says that something is missing in it, and one with broken lines only if a person says so."""
    lines = ImportLine.objects.filter(made=made)
    if made.mode != ProductImport.Mode.WHOLE or not lines.filter(state=ImportLine.State.APPLIED).exists():
        return False
    return made.is_removal_confirmed or not lines.filter(state=ImportLine.State.BAD).exists()


def _lock_products(made: ProductImport) -> None:
    """In the order of their keys, so that nobody who changes the same ones stands in our way."""
    good = ImportLine.objects.filter(made=made, state__in=import_lines.GOOD, retailer_id=OuterRef("retailer_id"))
    mine = ProductItem.objects.for_workspace(made.workspace).filter(Exists(good))
    for _pk in mine.select_for_update().order_by("pk").values_list("pk", flat=True).iterator(CHUNK):
        pass


def _write(made: ProductImport) -> tuple[int, int, int]:
    """How many are new, changed and the same. What is there may have changed since the file was read: each line is
    judged once more.
    """
    written, done = items.Written(), 0
    total = ImportLine.objects.filter(made=made, state__in=import_lines.GOOD).count()
    for part in _parts(made):
        judged = import_lines.judge(made.workspace, [(line.values, []) for line in part], made.currency)
        good = [each.row for each in judged if each.state != ImportLine.State.BAD]
        rows = [
            {"id": line.pk, "state": ImportLine.State.BAD, "problems": each.problems}
            if each.state == ImportLine.State.BAD
            else {"id": line.pk, "state": ImportLine.State.APPLIED, "problems": []}
            for line, each in zip(part, judged, strict=True)
        ]
        written.add(items.write(made.workspace, good, source=ProductItem.Source.IMPORT, actor=made.applied_by))
        update_each(ImportLine, rows)
        done += len(part)
        import_progress.set_percent(made.pk, done * 100 // total)
    return len(written.new), len(written.changed), len(written.same) + len(written.stale)


def _parts(made: ProductImport) -> Iterator[list[ImportLine]]:
    last = -1
    while True:
        good = ImportLine.objects.filter(made=made, state__in=import_lines.GOOD, line__gt=last)
        part = list(good.order_by("line")[:CHUNK])
        if not part:
            return
        yield part
        last = part[-1].line


def _remove(made: ProductImport, new: int) -> None:
    if not may_remove(made):
        return
    lost = missing_in(made)
    count = lost.count()
    reason = f"not in {made.file_name}"
    asked = items.lost_at_source(lost, made.workspace, ProductItem.Source.IMPORT, reason=reason, new=new)
    made.asked_count, made.removal_count = asked, count - asked


def _end(made: ProductImport, written: tuple[int, int, int]) -> None:
    # Lines that were mended later add to what was taken over before.
    before = (made.new_count, made.changed_count, made.same_count) if made.finished_at else (0, 0, 0)
    made.new_count, made.changed_count, made.same_count = map(sum, zip(before, written, strict=True))
    made.bad_count = ImportLine.objects.filter(made=made, state=ImportLine.State.BAD).count()
    made.state, made.error, made.finished_at, made.is_removal_confirmed = State.DONE, "", timezone.now(), False
    figures = ["new_count", "changed_count", "same_count", "bad_count", "asked_count", "removal_count"]
    made.save(update_fields=[*figures, "state", "error", "finished_at", "is_removal_confirmed"])
    services.note(
        made.workspace,
        made.applied_by,
        "products imported",
        made.file_name,
        **{name: getattr(made, name) for name in figures},
    )
    live.touch(made.workspace_id)
