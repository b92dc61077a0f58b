"""The catalog's own page: which one is filled, how it is, what needs somebody; and connecting another."""

from functools import wraps

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog import health
from catalog.holding import holding, page_of
from catalog.list_head import LIST, tiles
from catalog.models import Catalog, CatalogBatch, CatalogReading, ProductItem
from catalog.pages import live_part, marketer_required, member_page, part_or_nothing, show
from catalog.services import access, connecting, reading, shop_window
from catalog.services.connecting import ConnectingProblem
from meta_integration.models import WABA, PhoneNumber
from workspaces import services
from workspaces.throttle import is_too_often

BATCHES_SHOWN, READINGS_SHOWN = 6, 6
# Readings that people may ask for, in so many seconds: each asks Meta for the whole catalog.
MOST_READ = (5, 600)


def manager_only(view):
    """Inside of what looks for the row: a stranger's id is not found before anybody is asked what they may."""

    @wraps(view)
    def inner(request, *args, **kwargs):
        if not services.may_manage(request.role):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return inner


def for_catalog(view):
    """The one that the workspace fills; without one back to the page that says how to connect it."""

    @wraps(view)
    def inner(request, *args, **kwargs):
        catalog = access.catalog_of(request.workspace)
        return view(request, catalog, *args, **kwargs) if catalog else redirect("catalog:home")

    return inner


@member_page
def home(request):
    catalog = access.catalog_of(request.workspace)
    # What is filled in must not change by itself, so the numbers are no part of what does.
    context = {"part": _part(request), "catalog": catalog, "numbers": _numbers(catalog) if catalog else []}
    return show(request, "home.html", _("Catalog"), context)


@member_page
def home_state(request):
    """What changes by itself."""
    return part_or_nothing(_part(request))


def _part(request) -> str:
    catalog, figures = access.catalog_of(request.workspace), health.figures(request.workspace)
    mine = CatalogReading.objects.for_workspace(request.workspace).filter(catalog=catalog).select_related("asked_by")
    readings = list(mine.order_by("-started_at", "-pk")[:READINGS_SHOWN])
    for each in readings:
        each.is_running = each.finished_at is None
        each.is_begun = each.pages > 0 or each.heard_at > timezone.now() - reading.LEASE
    batches = CatalogBatch.objects.for_workspace(request.workspace).filter(catalog=catalog).order_by("-pk")
    context = {
        "catalog": catalog,
        "figures": figures,
        "hold": holding(catalog),
        "tiles": tiles(figures),
        "done": figures.wanted - figures.moving,
        "refused": figures.counts[ProductItem.Status.REFUSED],
        "list_url": reverse(LIST),
        "readings": readings,
        "batches": list(batches[:BATCHES_SHOWN]) if catalog else [],
        "accounts": [] if catalog else _accounts(request),
        "ways": _ways(),
        "url": reverse("catalog:home_state"),
    }
    is_moving = figures.moving > 0 or any(each.is_running for each in readings)
    return live_part(request, "_home.html", context, is_moving=is_moving)


def _accounts(request) -> list[WABA]:
    accounts = connecting.accounts_of(request.workspace)
    for each in accounts:
        each.is_reached = connecting.reaches_catalogs(each)
    return accounts


def _numbers(catalog: Catalog) -> list[PhoneNumber]:
    numbers = list(shop_window.numbers_of(catalog))
    for each in numbers:
        said = getattr(each, "commerce", None)
        each.was_read = said is not None
        # Where it was never set, Meta's own default counts: cart on, catalog hidden.
        each.has_cart = said is None or said.is_cart_enabled is not False
        each.shows_catalog = said is not None and said.is_catalog_visible is True
    return numbers


def _ways() -> list[tuple[str, str]]:
    """How products come in, as far as there are pages for it."""
    named = (("import_new", _("Import a file")), ("shopify", _("Shopify")), ("add", _("Add a product")))
    return [(url, words) for name, words in named if (url := page_of(name))]


@member_page
@marketer_required
@for_catalog
def look(request, catalog):
    """Read the catalog at Meta now."""
    if request.method == "POST":
        if is_too_often(f"catalog-read:{catalog.pk}", *MOST_READ):
            words = _(
                "Meta's catalog was read several times just now, and is not read again at once. Wait ten minutes."
            )
            messages.warning(request, words)
        else:
            reading.start(catalog, request.user)
    return redirect(reverse("catalog:home") + "#readings")


# Connecting -----------------------------------------------------------------------------------------------------------
@member_page
@manager_only
def choose(request):
    """The catalogs that are reached, as Meta says now. POST fills one from now on."""
    if request.method == "POST":
        return _connected(
            request, lambda: connecting.choose(request.workspace, request.POST.get("catalog", "")[:64], request.user)
        )
    found, problems = connecting.found(request.workspace)
    context = {
        "found": found,
        "problems": problems,
        "accounts": _accounts(request),
        "catalog": access.catalog_of(request.workspace),
    }
    return show(request, "choose.html", _("Choose a catalog"), context)


@member_page
@manager_only
def create(request):
    if request.method != "POST":
        return redirect("catalog:choose")
    wanted = request.POST.get("account", "")
    mine = WABA.objects.for_workspace(request.workspace).filter(pk=int(wanted) if _is_key(wanted) else None)
    account = mine.select_related("workspace").first()
    if account is None:
        messages.error(request, _("Choose the account in whose business the catalog is to be made."))
        return redirect("catalog:choose")
    name = request.POST.get("name", "")
    return _connected(request, lambda: connecting.create(request.workspace, account, name, request.user))


def _is_key(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


def _connected(request, connect):
    try:
        catalog = connect()
    except ConnectingProblem as problem:
        messages.error(request, str(problem))
        return redirect("catalog:choose")
    messages.success(
        request, _("“%(name)s” is the shop's catalog now. Galantis reads what is in it.") % {"name": catalog}
    )
    return redirect("catalog:home")


@member_page
@manager_only
@for_catalog
def link(request, catalog):
    """Show it in WhatsApp, instead of another one if that is wanted, or show it no more."""
    if request.method != "POST":
        return redirect("catalog:home")
    do = request.POST.get("do", "")
    try:
        if do == "unlink":
            shop_window.unlink(catalog, request.user)
            messages.success(request, _("WhatsApp does not show the catalog any more. Nothing in it was changed."))
        else:
            shop_window.link(catalog, request.user, instead=do == "switch")
            messages.success(request, _("WhatsApp shows the catalog now."))
    except shop_window.AnotherIsLinked as problem:
        context = {"catalog": catalog, "problem": str(problem)}
        return show(request, "switch.html", _("Another catalog is shown"), context, status=409)
    except ConnectingProblem as problem:
        messages.error(request, str(problem))
    return redirect("catalog:home")


@member_page
def number(request, pk):
    """What customers of one number see: the cart, and the catalog on its profile."""
    mine = PhoneNumber.objects.for_workspace(request.workspace).select_related("account__workspace", "workspace")
    return _number(request, get_object_or_404(mine, pk=pk))


@manager_only
def _number(request, chosen: PhoneNumber):
    if request.method == "POST":
        shown = {name: request.POST.get(name) == "on" for name in shop_window.KNOWN}
        try:
            shop_window.show(chosen, request.user, **shown)
            messages.success(request, _("Saved at Meta. Phones show it within minutes."))
        except ConnectingProblem as problem:
            messages.error(request, str(problem))
    return redirect(reverse("catalog:home") + "#numbers")


@member_page
@manager_only
@for_catalog
def leave(request, catalog):
    """Asked once more, since the products wait then."""
    if request.method == "POST":
        connecting.leave(catalog, request.user)
        messages.success(request, _("The catalog is left. At Meta nothing was changed; your products stay here."))
        return redirect("catalog:home")
    return show(request, "leave.html", _("Leave “%(name)s”?") % {"name": catalog}, {"catalog": catalog})
