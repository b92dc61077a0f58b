"""What the shop wants in its catalog: the only way in for products, whoever brings them.

Nothing here speaks to Meta. A change wakes whoever looks at pictures and whoever pushes.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import groupby
from operator import attrgetter

from django.db import IntegrityError, OperationalError, transaction
from django.db.models import Case, Q, QuerySet, Value, When
from django.utils import timezone

from catalog import checks, content, fields, standing, tasks
from catalog.checks import BadProduct
from catalog.models import Catalog, ProductEvent, ProductImage, ProductItem
from meta_integration.models import Incident
from meta_integration.services import incidents
from meta_integration.walk import storable
from workspaces import live, wakeups
from workspaces.bulk import insert_new, update_each
from workspaces.models import User, Workspace

Source, Wanted, Kind = ProductItem.Source, ProductItem.Wanted, ProductEvent.Kind
CHUNK, TRIES = 1000, 3
# A source that loses more than this share of its products at once is not believed without a person.
MOST_LOST = 1 / 3
# So many of its products, one by one, a source may take back within this time before it looks like one that is broken.
FEW, SOON = 10, timedelta(hours=1)


@dataclass
class Written:
    """The keys of products by what became of them. `stale`: the source had said something newer before."""

    new: list[int] = field(default_factory=list)
    changed: list[int] = field(default_factory=list)
    same: list[int] = field(default_factory=list)
    stale: list[int] = field(default_factory=list)

    def add(self, other: "Written") -> None:
        for name in ("new", "changed", "same", "stale"):
            getattr(self, name).extend(getattr(other, name))


def write(
    workspace: Workspace,
    rows: Iterable[Mapping],
    *,
    source: str,
    actor: User | None = None,
    returns: bool = True,
) -> Written:
    """Add products and change those that are there, all or none. Raises BadProduct for what cannot be kept.

    A row has `retailer_id` and any of `fields.CONTENT`: texts, prices as Decimal, `additional_image_links` a list,
    `attributes` a dict. What it does not name stays as it is. It may have `source_key`, `source_at` and `source_data`:
    a row older than what the source said last changes nothing. The last of two rows for one product counts. `returns`:
    what was removed before is wanted again; what a person keeps out stays out. Harmless to repeat.
    """
    rows = list({row["retailer_id"]: row for row in map(_cleaned, rows)}.values())
    written = Written()
    with transaction.atomic():
        if len(rows) > CHUNK:  # All of them by pk before the first picture is locked.
            list(_held(workspace, [row["retailer_id"] for row in rows]).values_list("pk"))
        for start in range(0, len(rows), CHUNK):
            written.add(_write_chunk(workspace, rows[start : start + CHUNK], source, actor, returns))
        if written.new or written.changed:
            announce(workspace)
    return written


def exclude(items: QuerySet[ProductItem], actor: User | None) -> int:
    """Keep these out of the catalog, whatever their source says."""
    return _want(items.exclude(wanted=Wanted.THEIRS), Wanted.EXCLUDED, Kind.EXCLUDED, actor)


def include(items: QuerySet[ProductItem], actor: User | None) -> int:
    """Take back what was kept out or removed."""
    back = items.filter(wanted__in=[Wanted.EXCLUDED, Wanted.REMOVED, Wanted.IN_QUESTION])
    return _want(back, Wanted.LISTED, Kind.INCLUDED, actor)


def remove(items: QuerySet[ProductItem], actor: User | None, *, reason: str = "") -> int:
    """Remove these: a person said so."""
    return _want(items, Wanted.REMOVED, Kind.REMOVED, actor, reason=reason)


def lost_at_source(items: QuerySet, workspace: Workspace, source: str, *, reason: str = "", new: int = 0) -> int:
    """The source has these no more. They are removed; when they are too many of its products, a person is asked first.

    `new` products came with the same news: a wrong file with many lines of its own must not hide how much it lacks.
    Returns how many a person is asked about.
    """
    mine = ProductItem.objects.for_workspace(workspace).filter(source=source)
    with transaction.atomic():
        before = mine.filter(wanted__in=[Wanted.LISTED, Wanted.IN_QUESTION]).count() - new
        lost = items.filter(workspace=workspace, wanted=Wanted.LISTED)
        in_question = mine.filter(wanted=Wanted.IN_QUESTION).count()
        count = lost.count()
        if not count:
            return 0
        return _lose(lost, workspace, reason, is_too_much=count + in_question > before * MOST_LOST)


def gone_at_source(items: QuerySet[ProductItem], workspace: Workspace, source: str, *, reason: str = "") -> int:
    """The source itself says of one of its products that it is gone. That is believed, unless it says so of too many.

    Returns how many a person is asked about.
    """
    mine = ProductItem.objects.for_workspace(workspace).filter(source=source)
    with transaction.atomic():
        lost = items.filter(workspace=workspace, wanted=Wanted.LISTED)
        count = lost.count()
        if not count:
            return 0
        lately = Q(wanted=Wanted.REMOVED, changed_at__gt=timezone.now() - SOON)
        going = mine.filter(lately | Q(wanted=Wanted.IN_QUESTION))
        products, gone = going.values("source_key").distinct().count(), going.count()
        before = mine.filter(wanted=Wanted.LISTED).count() + gone
        is_too_much = products >= FEW and count + gone > before * MOST_LOST
        return _lose(lost, workspace, reason, is_too_much=is_too_much)


def decide_removals(workspace: Workspace, actor: User, *, remove: bool) -> int:
    """A person's answer to what its source has lost: remove all of it, or keep it in the catalog."""
    asked = ProductItem.objects.for_workspace(workspace).filter(wanted=Wanted.IN_QUESTION)
    with transaction.atomic():
        if remove:
            count = _want(asked, Wanted.REMOVED, Kind.REMOVED, actor)
        else:
            count = _want(asked, Wanted.LISTED, Kind.INCLUDED, actor)
        incidents.close_incidents(Incident.Kind.CATALOG_REMOVALS, str(workspace.pk), "somebody decided")
    return count


def ask_about_removals(workspace: Workspace) -> None:
    """One incident tells the people, however often more is lost."""
    catalog = Catalog.objects.for_workspace(workspace).exclude(state=Catalog.State.LEFT).first()
    if catalog:  # Without one nothing is at Meta that could be removed there.
        incidents.open_incident(Incident.Kind.CATALOG_REMOVALS, str(workspace.pk), account=catalog.account)


def _end_question(workspace: Workspace) -> None:
    """The source has them again, or each was decided by itself: where none is left, nobody is asked."""
    if not ProductItem.objects.for_workspace(workspace).filter(wanted=Wanted.IN_QUESTION).exists():
        incidents.close_incidents(Incident.Kind.CATALOG_REMOVALS, str(workspace.pk), "none is in question any more")


def resend(items: QuerySet[ProductItem], actor: User | None) -> int:
    """Send these again, also what Meta has taken or refused. What waits or is to be mended first is left alone."""
    ended = items.filter(status__in=[ProductItem.Status.ACCEPTED, ProductItem.Status.REFUSED])
    ended = ended.filter(wanted__in=[Wanted.LISTED, Wanted.EXCLUDED, Wanted.REMOVED])
    with transaction.atomic():
        pks = list(ended.select_for_update().order_by("pk").values_list("pk", flat=True))
        mine = ProductItem.objects.filter(pk__in=pks)
        # Meta still has what it took: only which content that was is not believed any more.
        accepted = Case(When(accepted_hash="", then=Value("")), default=Value(standing.UNKNOWN))
        mine.update(accepted_hash=accepted, refused_hash="", tries=0)
        _note(mine, Kind.RESENT, actor)
        _settled(mine)
    return len(pks)


def announce(workspace: Workspace) -> None:
    """After commit: pictures are looked at, products are pushed, open pages look again."""
    wakeups.wake_on_commit(tasks.look_at_images)
    for catalog_pk in (
        Catalog.objects.for_workspace(workspace).exclude(state=Catalog.State.LEFT).values_list("pk", flat=True)
    ):
        wakeups.wake_on_commit(tasks.push_catalog, catalog_pk)
    live.touch(workspace.pk)


def _lose(lost: QuerySet[ProductItem], workspace: Workspace, reason: str, *, is_too_much: bool) -> int:
    if not is_too_much:
        _want(lost, Wanted.REMOVED, Kind.REMOVED, None, reason=reason)
        return 0
    asked = _want(lost, Wanted.IN_QUESTION, Kind.ASKED, None, reason=reason)
    ask_about_removals(workspace)
    return asked


# Wanting --------------------------------------------------------------------------------------------------------------
def _want(items: QuerySet[ProductItem], wanted: str, kind: str, actor: User | None, *, reason: str = "") -> int:
    with transaction.atomic():
        changing = items.exclude(wanted=wanted).select_for_update().order_by("pk")
        was = dict(changing.values_list("pk", "wanted"))
        mine = ProductItem.objects.filter(pk__in=list(was))
        mine.update(wanted=wanted, changed_at=timezone.now(), tries=0)
        if wanted in (Wanted.REMOVED, Wanted.EXCLUDED):
            mine.filter(refused_hash=standing.DELETED).update(refused_hash="")
        if wanted == Wanted.LISTED:
            _see_unseen(mine)
        _note(mine, kind, actor, reason)
        _settled(mine)
        if Wanted.IN_QUESTION in was.values():
            for workspace in _shops_of(mine):
                _end_question(workspace)
    return len(was)


def _see_unseen(items: QuerySet[ProductItem]) -> None:
    """Our checks have not seen what is known from Meta's list alone."""
    unseen = items.filter(wanted_hash="", problems=[]).select_related("workspace").order_by("workspace", "pk")
    for workspace, each in groupby(unseen, key=attrgetter("workspace")):
        _Chunk(workspace, [], "", None, returns=False).see(list(each))


def _shops_of(items: QuerySet[ProductItem]) -> QuerySet[Workspace]:
    return Workspace.objects.filter(pk__in=items.order_by().values("workspace").distinct())


def _note(items: QuerySet[ProductItem], kind: str, actor: User | None, reason: str = "") -> int:
    rows = items.order_by("pk").values_list("workspace_id", "pk")
    events = [
        ProductEvent(workspace_id=workspace_id, item_id=pk, kind=kind, actor=actor, reason=reason[:500])
        for workspace_id, pk in rows
    ]
    return insert_new(events)


def _settled(items: QuerySet[ProductItem]) -> None:
    standing.settle(items)
    for workspace in _shops_of(items):
        announce(workspace)


# Writing --------------------------------------------------------------------------------------------------------------
def _cleaned(row: Mapping) -> dict:
    """Texts without blanks around them and without what PostgreSQL cannot hold. Raises BadProduct."""
    row = storable(dict(row))
    row = {name: value.strip() if isinstance(value, str) else value for name, value in row.items()}
    row["retailer_id"] = str(row.get("retailer_id") or "")
    if found := checks.unkeepable(row["retailer_id"], row):
        raise BadProduct([{**each, "retailer_id": row["retailer_id"][:100]} for each in found])
    return row


def _held(workspace: Workspace, numbers: list[str]) -> QuerySet[ProductItem]:
    mine = ProductItem.objects.for_workspace(workspace).filter(retailer_id__in=numbers)
    return mine.select_for_update().order_by("pk")


def _write_chunk(workspace: Workspace, *args) -> Written:
    """Once more where another has just added some of these products: then they are there to be changed."""
    for left in reversed(range(TRIES)):
        try:
            with transaction.atomic():
                return _Chunk(workspace, *args).write()
        except (IntegrityError, OperationalError):
            if not left:
                raise


class _Chunk:
    """Some rows, written with a number of statements that does not depend on how many they are."""

    def __init__(self, workspace: Workspace, rows: list[dict], source: str, actor: User | None, returns: bool):
        self._workspace, self._rows, self._source, self._actor = workspace, rows, source, actor
        self._returns, self._written, self._now = returns, Written(), timezone.now()
        self._answered = False

    def write(self) -> Written:
        ids = [row["retailer_id"] for row in self._rows]
        known = {item.retailer_id: item for item in _held(self._workspace, ids)}
        missing = [retailer_id for retailer_id in ids if retailer_id not in known]
        made = {
            retailer_id: ProductItem(
                workspace=self._workspace, retailer_id=retailer_id, source=self._source, changed_at=self._now
            )
            for retailer_id in missing
        }
        self._fill(known, made)
        return self._written

    def _fill(self, known: dict[str, ProductItem], made: dict[str, ProductItem]) -> None:
        changed, heard = [], []
        for row in self._rows:
            item = known.get(row["retailer_id"]) or made[row["retailer_id"]]
            if item.pk is None:
                self._take(item, row)
            elif _is_stale(item, row):
                self._written.stale.append(item.pk)
            elif differences := self._take(item, row):
                changed.append((item, differences))
            else:
                self._written.same.append(item.pk)
                if row.get("source_at"):
                    # Also what another source had brought belongs to this one's product now.
                    heard.append({"id": item.pk, "source_at": item.source_at, "source_key": item.source_key})
        items = [*made.values(), *(item for item, _ in changed)]
        self._judge(items)
        created = self._created(list(made.values()))
        update_each(ProductItem, [{"id": item.pk, **_columns(item)} for item, _ in changed])
        update_each(ProductItem, heard)
        self._written.new += [item.pk for item in created]
        self._written.changed += [item.pk for item, _ in changed]
        self._tell([*((item, Kind.CREATED, {}) for item in created), *((i, Kind.CHANGED, d) for i, d in changed)])
        standing.settle(ProductItem.objects.filter(pk__in=[item.pk for item in items]))
        if self._answered:
            _end_question(self._workspace)

    def _created(self, made: list[ProductItem]) -> list[ProductItem]:
        """Inserted, and with their keys. Raises IntegrityError where another has just added one of them."""
        if insert_new(made) < len(made):
            raise IntegrityError("a product was added meanwhile")
        mine = ProductItem.objects.for_workspace(self._workspace)
        mine = mine.filter(retailer_id__in=[item.retailer_id for item in made]) if made else mine.none()
        keys = dict(mine.values_list("retailer_id", "pk"))
        for item in made:
            item.pk = keys[item.retailer_id]
        return made

    def _take(self, item: ProductItem, row: dict) -> dict:
        """Put the row's values into the item; return what differs, as {"price": [before, after], ...}."""
        was = fields.content_of(item)
        if item.pk is None:
            row = {**fields.NEW, **row}
        differences = {}
        for name in fields.CONTENT:
            if name in row and was[name] != row[name]:
                setattr(item, name, row[name])
                differences[name] = [_shown(was[name]), _shown(row[name])]
        for name in ("source_key", "source_at", "source_data"):
            if name in row:
                setattr(item, name, row[name])
        back = (Wanted.REMOVED, Wanted.IN_QUESTION, Wanted.THEIRS)
        if self._returns and item.pk is not None and item.wanted in back:
            differences["wanted"] = [item.wanted, Wanted.LISTED]
            self._answered |= item.wanted == Wanted.IN_QUESTION
            item.wanted = Wanted.LISTED
        if differences:
            item.source, item.changed_at, item.tries = self._source, self._now, 0
        return differences

    def see(self, items: list[ProductItem]) -> None:
        self._judge(items)
        update_each(ProductItem, [{"id": item.pk, **_columns(item)} for item in items])

    def _judge(self, items: list[ProductItem]) -> None:
        self._give_images(items)
        for item in items:
            _judge(item)

    def _give_images(self, items: list[ProductItem]) -> None:
        """Each has the row of its picture's address, which is looked at once for all."""
        links = {item.image_link for item in items if item.image_link and not checks.wrong_with(item.image_link)}
        hashes = {link: hashlib.sha256(link.encode()).hexdigest() for link in links}
        rows = self._held(hashes.values())
        new = [
            ProductImage(workspace=self._workspace, link=link, link_hash=link_hash, look_after=self._now)
            for link, link_hash in sorted(hashes.items(), key=lambda each: each[1])
            if link_hash not in rows
        ]
        if new:
            ProductImage.objects.bulk_create(new, ignore_conflicts=True)
            rows |= self._held(each.link_hash for each in new)
        for item in items:
            item.image = rows.get(hashes.get(item.image_link, ""))

    def _held(self, hashes: Iterable[str]) -> dict[str, ProductImage]:
        """Pictures that are there, held: what no product shows is deleted by and by, but not under our hands."""
        mine = ProductImage.objects.for_workspace(self._workspace).filter(link_hash__in=list(hashes))
        return {image.link_hash: image for image in mine.select_for_update(no_key=True).order_by("pk")}

    def _tell(self, happened: list[tuple[ProductItem, str, dict]]) -> None:
        insert_new(
            [
                ProductEvent(workspace=self._workspace, item=item, kind=kind, detail=detail, actor=self._actor)
                for item, kind, detail in happened
            ]
        )


def _is_stale(item: ProductItem, row: dict) -> bool:
    at: datetime | None = row.get("source_at")
    return bool(at and item.source_at and at < item.source_at)


def _judge(item: ProductItem) -> None:
    """What our checks say of it, and the hash of what is to be sent."""
    item.problems = checks.problems_of(fields.content_of(item))
    item.wanted_hash = "" if item.problems else content.hash_of(item)


def _columns(item: ProductItem) -> dict:
    names = ("source", "source_key", "source_at", "source_data", "wanted", "changed_at", "tries", "problems")
    columns = {name: getattr(item, name) for name in (*fields.CONTENT, *names, "wanted_hash")}
    return {**columns, "image_id": item.image_id}


def _shown(value) -> str:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return "" if value is None else str(value)[:200]
