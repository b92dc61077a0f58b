"""The shop at Shopify: how it is connected, what came from there, and what became of it."""

from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from catalog import shopify_door, shopify_words
from catalog.models import ShopifyDelivery, ShopifyShop
from catalog.pages import live_part, marketer_required, member_page, part_or_nothing, said_by, show
from catalog.services import shopify, shopify_shops
from catalog.shopify_forms import ConnectForm, ShopifyForm
from workspaces import services

DELIVERIES_SHOWN = 20
SILENT_AFTER = timedelta(days=7)
State = ShopifyDelivery.State


@member_page
def page(request):
    """Not connected: how to, and the form. Connected: what comes, the settings, and the way out."""
    shop = shopify_shops.shop_of(request.workspace)
    if request.method == "POST":
        if not services.may_manage(request.role):
            raise PermissionDenied
        return _change(request, shop) if shop else _connect(request)
    return _shown(request, shop, ShopifyForm(initial=_values_of(shop)) if shop else ConnectForm())


@member_page
def status(request):
    """The part of the page that changes by itself."""
    shop = shopify_shops.shop_of(request.workspace)
    return part_or_nothing(_part(request, shop) if shop else "")


@member_page
@marketer_required
@require_POST
def replay(request):
    """Take one message over again, or all that failed."""
    mine = ShopifyDelivery.objects.for_workspace(request.workspace)
    chosen = request.POST.get("delivery", "")
    if chosen == "failed":
        again = mine.filter(state=State.FAILED)
    else:
        again = mine.filter(pk=int(chosen) if chosen.isdecimal() and len(chosen) < 19 else 0)
    if shopify.replay(again):
        messages.success(request, _("It is being taken over again."))
    return redirect("catalog:shopify")


@member_page
def disconnect(request):
    if not services.may_manage(request.role):
        raise PermissionDenied
    shop = shopify_shops.shop_of(request.workspace)
    if shop is None:
        return redirect("catalog:shopify")
    if request.method == "POST":
        shopify_shops.disconnect(shop, request.user)
        messages.success(request, _("The shop is disconnected. Its products stay as they are."))
        return redirect("catalog:shopify")
    context = {"shop": shop, "count": shopify_shops.products_of(request.workspace).count()}
    return show(request, "shopify_disconnect.html", _("Disconnect Shopify"), context)


def _connect(request):
    form = ConnectForm(request.POST)
    if form.is_valid():
        try:
            shopify_shops.connect(request.workspace, request.user, **form.cleaned_data)
        except shopify_shops.Taken:
            # Not where: whoever knows a shop's address must not learn who else is a customer here.
            taken = _("This shop is connected in Galantis already. Disconnect it there first, or ask support.")
            form.add_error("shop_domain", taken)
        else:
            messages.success(request, _("Connected. Now make the webhooks at Shopify, as described below."))
            return redirect("catalog:shopify")
    return _shown(request, None, form, status=400)


def _change(request, shop: ShopifyShop):
    form = ShopifyForm(request.POST)
    if not form.is_valid():
        return _shown(request, shop, form, status=400)
    if shopify_shops.change(shop, request.user, **form.cleaned_data):
        messages.success(request, _("Saved. What Shopify sent in the last 30 days is being taken over anew."))
    else:
        messages.success(request, _("Saved."))
    return redirect("catalog:shopify")


def _shown(request, shop: ShopifyShop | None, form: ShopifyForm, status: int = 200):
    context = {
        **said_by(request),
        "shop": shop,
        "form": form,
        "address": settings.PUBLIC_URL + reverse("shopify_webhook"),
        "is_public": settings.PUBLIC_URL.startswith("https://"),
        "part": _part(request, shop) if shop else "",
    }
    return show(request, "shopify.html", _("Products from Shopify"), context, status=status)


def _values_of(shop: ShopifyShop) -> dict:
    return {name: getattr(shop, name) for name in ("currency", "public_domain", "number_is")}


def _part(request, shop: ShopifyShop) -> str:
    mine = ShopifyDelivery.objects.for_workspace(request.workspace).filter(shop=shop)
    deliveries = list(mine.defer("body").order_by("-pk")[:DELIVERIES_SHOWN])
    for each in deliveries:
        each.topic_words, each.outcome_words = shopify_words.topic_of(each), shopify_words.outcome_of(each)
    refused_at = shopify_door.last_refused(shop)
    context = {
        "url": reverse("catalog:shopify_status"),
        "shop": shop,
        "deliveries": deliveries,
        "failed": mine.filter(state=State.FAILED).count(),
        "count": shopify_shops.products_of(request.workspace).count(),
        "refused_at": refused_at if refused_at and not (shop.heard_at and shop.heard_at > refused_at) else None,
        "is_silent": bool(shop.heard_at) and shop.heard_at < timezone.now() - SILENT_AFTER,
    }
    is_moving = not shop.heard_at or any(each.state == State.RECEIVED for each in deliveries)
    return live_part(request, "_shopify.html", context, is_moving=is_moving)
