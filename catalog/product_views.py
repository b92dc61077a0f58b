"""The truth about one product, what can be done with it there, and the moving head of the table of products."""

from functools import wraps

from django.contrib import messages
from django.contrib.humanize.templatetags.humanize import intcomma
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog import acting, health, list_head, pictures, product_history, telling, versions
from catalog.holding import holding, page_of
from catalog.models import ProductItem
from catalog.pages import live_part, marketer_required, member_page, part_or_nothing, show
from catalog.services import access
from workspaces.admin_base import CappedPaginator

Status = ProductItem.Status
EVENTS_SHOWN, EVENTS_ON_A_PAGE, VARIANTS_SHOWN = 8, 50, 30


def for_product(view):
    """One of the workspace's own products. Everybody there may look."""

    @wraps(view)
    @member_page
    def inner(request, pk):
        mine = ProductItem.objects.for_workspace(request.workspace).select_related("image", "workspace", "batch")
        return view(request, get_object_or_404(mine, pk=pk))

    return inner


@for_product
def item(request, product):
    context = {"item": product, "part": _part(request, product), "variants": _variants(product)}
    context["raw"] = product.source_data if request.user.is_support else None
    return show(request, "item.html", str(product)[:200], context)


@for_product
def item_state(request, product):
    """What may change by itself."""
    return part_or_nothing(_part(request, product))


def _part(request, product: ProductItem) -> str:
    catalog, shown = access.catalog_of(request.workspace), versions.columns(product)
    context = {
        "item": product,
        "badges": telling.badges(product),
        "story": telling.story(product),
        "hold": holding(catalog) if product.status == Status.WAITING else None,
        "columns": shown,
        "rows": versions.rows(shown),
        "picture": pictures.address_of(product),
        "review": telling.review_words(product),
        "review_said": telling.texts_of(product.review_errors),
        "warnings": telling.texts_of(product.warnings),
        "events": product_history.told(product_history.of(product)[:EVENTS_SHOWN]),
        "edit_url": page_of("edit", product.pk),
        "url": reverse("catalog:item_state", args=[product.pk]),
    }
    return live_part(request, "_item.html", context, is_moving=product.status in (Status.SENDING, Status.SENT))


def _variants(product: ProductItem) -> list[ProductItem]:
    """Others of its group, each with where it stands."""
    if not product.item_group_id:
        return []
    same = ProductItem.objects.for_workspace(product.workspace).filter(item_group_id=product.item_group_id)
    found = list(same.exclude(pk=product.pk).select_related("image").order_by("title", "pk")[: VARIANTS_SHOWN + 1])
    for each in found:
        each.badges = telling.badges(each)
    return found


@for_product
def history(request, product):
    """Everything that happened to it, newest first."""
    page = CappedPaginator(product_history.of(product), EVENTS_ON_A_PAGE).get_page(request.GET.get("page"))
    context = {"item": product, "page": page, "events": product_history.told(page.object_list)}
    return show(request, "product_history.html", _("History of “%(name)s”") % {"name": str(product)[:150]}, context)


@for_product
@marketer_required
def act(request, product):
    """The buttons of the page. What takes the product away is asked first."""
    chosen = acting.ACTS.get(request.POST.get("do") or request.GET.get("do", ""))
    if chosen is None:
        return redirect("catalog:item", product.pk)
    if request.method != "POST":
        return show(request, "sure_one.html", chosen.label, {"item": product, "act": chosen})
    count = acting.perform(chosen, request.workspace, [product.pk], request.user)
    messages.add_message(request, messages.SUCCESS if count else messages.WARNING, acting.result(chosen, count))
    return redirect("catalog:item", product.pk)


@member_page
def head(request):
    """What stands above the table, as open lists ask for it."""
    part = list_head.part(request, health.figures(request.workspace))
    if part:
        part += list_head.rows_are_old()
    return part_or_nothing(part)


@member_page
@marketer_required
def decide(request):
    """A person's answer to what a source has lost. Asked once more before anything is removed."""
    choice = request.POST.get("do", "")
    if request.method == "POST" and choice in ("keep", "remove"):
        messages.success(request, acting.decide_removals(request.workspace, request.user, remove=choice == "remove"))
        return redirect(list_head.LIST)
    asked = ProductItem.objects.for_workspace(request.workspace).filter(wanted=ProductItem.Wanted.IN_QUESTION)
    count = asked.count()
    if not count:
        messages.info(request, _("Nothing waits for a decision any more."))
        return redirect(list_head.LIST)
    title = ngettext("Remove %(n)s product?", "Remove %(n)s products?", count) % {"n": intcomma(count)}
    first = asked.order_by("pk").only("title", "retailer_id")[:10]
    return show(request, "decide.html", title, {"count": count, "first": first, "more": max(0, count - 10)})
