"""What stands above the table of products: how they are in figures, what is on its way, and what waits for a person."""

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from catalog import health
from catalog.holding import Hold, holding, page_of
from catalog.models import Catalog, ProductItem
from catalog.pages import live_part, said_by
from catalog.services import access
from workspaces import services

Status = ProductItem.Status
LIST = "admin:catalog_productitem_changelist"


def context_of(request, figures: health.Figures) -> dict:
    return {
        **said_by(request),
        "head": part(request, figures),
        "pages": pages_of(request),
        "has_products": bool(figures.total),
    }


def part(request, figures: health.Figures) -> str:
    """The part that changes by itself. Empty while it is as the page shows it."""
    catalog = access.catalog_of(request.workspace)
    context = {
        "figures": figures,
        "catalog": catalog,
        "hold": shown_hold(figures, catalog),
        "tiles": tiles(figures),
        "done": figures.wanted - figures.moving,
        "list_url": reverse(LIST),
        "url": reverse("catalog:list_head"),
    }
    return live_part(request, "_figures.html", context, is_moving=figures.moving > 0)


def shown_hold(figures: health.Figures, catalog: Catalog | None) -> Hold | None:
    """Why what waits does not go out: of no interest while nothing waits."""
    return holding(catalog) if figures.waiting or figures.leaving else None


def tiles(figures: health.Figures) -> list[dict]:
    """The counts that lead to what they count, those of nothing left out."""
    counts = figures.by_status
    rows = [
        (_("To be mended here"), "needs=mend", counts[Status.INCOMPLETE], "bad"),
        (_("Refused by Meta"), "needs=refused", counts[Status.REFUSED], "bad"),
        (_("Refused by the review"), "needs=review&wanted=listed", figures.review_rejected, "bad"),
        (_("Picture is being looked at"), "status=looking", counts[Status.LOOKING], ""),
        (_("Waits to be sent"), "status=waiting", counts[Status.WAITING], ""),
        (_("Being sent"), "status=sending", counts[Status.SENDING], ""),
        (_("Meta checks it"), "status=sent", counts[Status.SENT], ""),
        (_("In review"), "review=waiting&status=accepted&wanted=listed", figures.review_pending, ""),
        (_("Kept out"), "wanted=excluded", figures.kept_out, ""),
        (_("Only at Meta"), "wanted=theirs", figures.theirs, ""),
    ]
    return [dict(zip(("words", "query", "count", "tone"), row, strict=True)) for row in rows if row[2]]


def pages_of(request) -> list[tuple[str, str]]:
    """Where products come from, as far as this person may: (words, address)."""
    if not services.may_market(request.role):
        return []
    pages = [(_("Import a file"), "import_new"), (_("Add a product"), "add")]
    pages += [(_("Shopify"), "shopify"), (_("Catalog at Meta"), "home")] if services.may_manage(request.role) else []
    found = [(words, page_of(name)) for words, name in pages]
    return [each for each in found if each[1]]


def rows_are_old() -> str:
    """Comes with a head that changed: the rows below it are as they were when the page was made."""
    return render_to_string("catalog/_rows_are_old.html")
