"""What this app tells the support desk: the access to the catalog, what waits, what is refused, what stands still."""

from datetime import timedelta

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog import health, tasks, telling
from catalog.holding import Hold, holding
from catalog.models import Catalog, CatalogBatch, CatalogReading, ShopifyDelivery
from catalog.services import access, reading
from meta_integration.desk import accounts_of
from meta_integration.models import WABA
from workspaces import wakeups
from workspaces.desk import Action, Refused, Section, State, moment
from workspaces.models import User, Workspace

# A call takes seconds; so long only what nobody pushes waits.
STUCK = timedelta(minutes=10)
KINDS_SHOWN = 5


def section(workspace: Workspace) -> Section | None:
    accounts = [each for each in accounts_of(workspace) if each.state != WABA.State.DISCONNECTED]
    reachable = [each for each in accounts if each.catalog_token or each.catalogs]
    catalog, figures = access.catalog_of(workspace), health.figures(workspace)
    if not (reachable or catalog or figures.total):
        return None
    hold = holding(catalog)
    rows = [(_("Access: %(account)s") % {"account": each}, _reach(each)) for each in reachable]
    rows += _catalog_rows(catalog) if catalog else []
    rows += _product_rows(figures, hold) if figures.total else []
    rows += _lately(workspace, catalog)
    state, sentence = _state(accounts, catalog, figures, hold)
    actions = [Action("products", _("Send the products that wait now"), send_now)] if catalog else []
    actions += [Action("catalog", _("Read the catalog again"), read_again)] if catalog else []
    return Section(_("Products and catalog"), state, sentence, rows=rows, actions=actions)


def send_now(workspace: Workspace, actor: User, answers: dict) -> str:
    catalog = access.catalog_of(workspace)
    if hold := holding(catalog):
        raise Refused(hold.sentence)
    wakeups.wake(tasks.push_catalog, catalog.pk)
    return _("What waits is sent in the background. Look again in a minute.")


def read_again(workspace: Workspace, actor: User, answers: dict) -> str:
    catalog = access.catalog_of(workspace)
    if catalog is None or not access.is_askable(catalog):
        raise Refused(_("Meta cannot be asked about this catalog now: there is no access."))
    reading.start(catalog, actor)
    return _("The catalog is read in the background. Look again in a minute.")


# What it says ---------------------------------------------------------------------------------------------------------
def _reach(account: WABA) -> str:
    names = [str(one.get("name") or one.get("id")) for one in account.catalogs if isinstance(one, dict)]
    ends = account.catalog_token_expires_at
    return ", ".join(names) + (_(" (until %(time)s)") % {"time": moment(ends)} if ends else "") or "–"


def _catalog_rows(catalog: Catalog) -> list[tuple[str, str]]:
    standing = f"{catalog.get_state_display()}. {catalog.state_reason}" if catalog.state_reason else ""
    rows = [
        (_("Catalog"), f"{catalog} ({catalog.catalog_id})"),
        (_("State"), standing or catalog.get_state_display()),
        (_("Shown in WhatsApp"), {True: _("yes"), False: _("no")}.get(catalog.is_linked, _("not asked yet"))),
        (_("Compared"), moment(catalog.reconciled_at)),
        (_("Last sent to"), moment(catalog.pushed_at)),
    ]
    return rows + [
        (words, moment(at))
        for words, at in ((_("Meta asked to wait until"), catalog.held_until), (_("Rests until"), catalog.rests_until))
        if at and at > timezone.now()
    ]


def _product_rows(figures: health.Figures, hold: Hold | None) -> list[tuple[str, str]]:
    counts = figures.by_status
    wanted = _("%(n)s of %(total)s accepted") % {"n": intcomma(figures.accepted), "total": intcomma(figures.wanted)}
    waiting = intcomma(counts[health.Status.WAITING])
    if figures.waiting_since:
        waiting = _("%(n)s, the oldest since %(time)s") % {"n": waiting, "time": moment(figures.waiting_since)}
    rows = [(_("Products"), wanted), (_("Waiting"), waiting)]
    rows += [(_("Held back"), hold.sentence)] if hold else []
    rows += [
        (words, intcomma(count))
        for words, count in (
            (_("On their way"), counts[health.Status.SENDING] + counts[health.Status.SENT]),
            (_("To be mended"), counts[health.Status.INCOMPLETE]),
            (_("Refused by Meta"), counts[health.Status.REFUSED]),
            (_("Refused by the review"), figures.review_rejected),
            (_("Removals that wait for a decision"), figures.in_question),
        )
        if count
    ]
    return rows + [(str(kind.words), intcomma(kind.count)) for kind in figures.kinds[:KINDS_SHOWN]]


def _lately(workspace: Workspace, catalog: Catalog | None) -> list[tuple[str, str]]:
    rows = []
    if catalog:
        batch = CatalogBatch.objects.filter(catalog=catalog).order_by("-pk").first()
        rows += [(_("Last call with products"), _of_batch(batch))] if batch else []
        last = CatalogReading.objects.filter(catalog=catalog).order_by("-started_at").first()
        rows += [(_("Last reading of the catalog"), _of_reading(last))] if last else []
    failed = ShopifyDelivery.objects.for_workspace(workspace).filter(state=ShopifyDelivery.State.FAILED).count()
    return rows + ([(_("Shopify deliveries that failed"), intcomma(failed))] if failed else [])


def _of_batch(batch: CatalogBatch) -> str:
    values = {"at": moment(batch.created_at), "state": batch.get_state_display(), "n": batch.item_count}
    values |= {"good": batch.accepted_count, "bad": batch.refused_count}
    words = _("%(at)s: %(state)s; %(n)s products, %(good)s accepted, %(bad)s refused") % values
    problem = telling.parts_of(batch.problem)
    return ". ".join([words, *(problem[name].rstrip(".") for name in ("title", "said") if problem[name])])


def _of_reading(last: CatalogReading) -> str:
    if last.error:
        return f"{moment(last.started_at)}: {last.error}"
    if not last.finished_at:
        return _("It has run since %(time)s.") % {"time": moment(last.started_at)}
    values = {"at": moment(last.finished_at), "n": last.listed, "other": last.different}
    return _("%(at)s: %(n)s listed by Meta, %(other)s of them different") % values


def _state(
    accounts: list[WABA], catalog: Catalog | None, figures: health.Figures, hold: Hold | None
) -> tuple[State, str]:
    now = timezone.now()
    ends = [each.catalog_token_expires_at for each in accounts if each.catalog_token_expires_at]
    if ends and min(ends) <= now:
        return State.WARN, _("The access to the catalog has ended.")
    if catalog and hold and hold.is_yours:
        return State.WARN, str(hold.sentence)
    waits = figures.waiting_since and figures.waiting_since < now - STUCK
    if catalog and waits and not hold:
        return State.WARN, _("Products wait, and nothing holds them back: nobody sends them.")
    if figures.in_question:
        return State.WARN, _("The source has lost many products; somebody of the shop is to decide about them.")
    if catalog is None:
        return State.GOOD, _("There is access to a catalog, and none is filled from here.")
    return State.GOOD, str(hold.sentence) if hold else _("Products go to the catalog.")
