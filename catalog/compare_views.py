"""What was in the catalog at Meta beside what is wanted here, and what a person says about it."""

from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from catalog import money
from catalog.connect_views import for_catalog
from catalog.fields import label_of
from catalog.models import Catalog, ProductItem
from catalog.pages import live_part, marketer_required, member_page, part_or_nothing, show
from catalog.services import reconciling
from workspaces.admin_base import CappedPaginator

ON_A_PAGE, FIRST = 50, 10
GROUPS = {"theirs": reconciling.only_theirs, "ours": reconciling.only_ours, "different": reconciling.different}


@member_page
@for_catalog
def compare(request, catalog):
    """Three groups with their counts and first rows; ?group= all of one, page by page. POST decides."""
    if request.method == "POST":
        return _decide(request, catalog)
    group = request.GET.get("group")
    if group in GROUPS:
        return _all_of(request, catalog, group)
    context = {"catalog": catalog, "part": _part(request, catalog), "is_read": reconciling.is_read(catalog)}
    if context["is_read"]:
        context |= {"groups": [_group(request, name, FIRST) for name in GROUPS]}
        context |= {"leaving": reconciling.leaving(request.workspace).count()}
        counts = {each["name"]: each["count"] for each in context["groups"]}
        context |= {"counts": counts, "is_something": bool(counts["theirs"] or counts["different"])}
    return show(request, "compare.html", _("Compare the catalogs"), context)


@member_page
@for_catalog
def compare_state(request, catalog):
    return part_or_nothing(_part(request, catalog))


def _part(request, catalog: Catalog) -> str:
    """How the reading goes."""
    last = catalog.readings.order_by("-started_at", "-pk").first()
    context = {"last": last, "is_read": reconciling.is_read(catalog), "url": reverse("catalog:compare_state")}
    return live_part(request, "_compare_reading.html", context, is_moving=bool(last and last.finished_at is None))


@marketer_required
def _decide(request, catalog):
    theirs, differing = request.POST.get("theirs", reconciling.LEAVE), request.POST.get("different", reconciling.OURS)
    is_sure = request.POST.get("sure") == "yes"
    count = reconciling.only_theirs(request.workspace).count()
    if theirs == reconciling.REMOVE and count and not is_sure:
        first = list(reconciling.only_theirs(request.workspace).order_by("pk")[:FIRST])
        context = {"count": count, "first": first, "more": max(count - FIRST, 0), "differing": differing}
        return show(request, "compare_sure.html", _("Remove them at Meta?"), context)
    try:
        reconciling.decide(catalog, request.user, theirs=theirs, differing=differing)
    except reconciling.NotRead:
        messages.error(request, _("Meta's list was not read to its end yet. Wait for it, then decide."))
        return redirect("catalog:compare")
    messages.success(request, _("Done. What is to go to Meta goes by itself now."))
    return redirect("catalog:home")


def _all_of(request, catalog: Catalog, name: str):
    found = GROUPS[name](request.workspace).order_by("pk")
    page = CappedPaginator(found, ON_A_PAGE).get_page(request.GET.get("page"))
    context = {"catalog": catalog, "group": {**_group(request, name, 0), "rows": _rows(name, page.object_list)}}
    return show(request, "compare_group.html", _title(name), {**context, "page": page})


def _group(request, name: str, first: int) -> dict:
    found = GROUPS[name](request.workspace)
    count = found.count()
    rows = _rows(name, found.order_by("pk")[:first]) if first and count else []
    url = reverse("catalog:compare") + f"?group={name}"
    return {"name": name, "title": _title(name), "count": count, "rows": rows, "more": count - len(rows), "url": url}


def _title(name: str) -> str:
    return {"theirs": _("Only at Meta"), "ours": _("Only here"), "different": _("Different")}[name]


def _rows(name: str, found) -> list[ProductItem]:
    """Each with `values`: [(what, here, at Meta), ...]."""
    items = list(found)
    for item in items:
        price = money.in_words(item.price, item.currency) if item.price is not None else "–"
        if name == "different":
            item.values = _differences(item.differences)
        elif name == "theirs":
            item.values = [(label_of("title"), "–", item.title), (label_of("price"), "–", price)]
        else:
            item.values = [(label_of("title"), item.title, "–"), (label_of("price"), price, "–")]
    return items


def _differences(found) -> list[tuple]:
    rows = [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
    return [
        (label_of(str(each.get("field"))), str(each.get("ours", "")) or "–", str(each.get("theirs", "")) or "–")
        for each in rows
    ]
