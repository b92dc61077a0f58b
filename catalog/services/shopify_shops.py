"""Connecting a shop at Shopify, changing how it is read, and letting it go."""

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from catalog.models import ProductItem, ShopifyDelivery, ShopifyShop
from catalog.services import shopify
from meta_integration.sealed import seal
from workspaces import live, services
from workspaces.models import User, Workspace

# What makes other products of the same messages.
READ_BY = ("currency", "public_domain", "number_is")


class Taken(Exception):
    """The address is connected already, in this workspace or in another one."""


def shop_of(workspace: Workspace) -> ShopifyShop | None:
    return ShopifyShop.objects.for_workspace(workspace).first()


def connect(workspace: Workspace, actor: User, *, shop_domain: str, secret: str, **values) -> ShopifyShop:
    """Raises Taken."""
    try:
        with transaction.atomic():
            shop = ShopifyShop.objects.create(
                workspace=workspace,
                shop_domain=shop_domain,
                secret=seal(secret, workspace.pk),
                connected_by=actor,
                **values,
            )
            services.note(workspace, actor, "connected a shop at Shopify", shop_domain)
    except IntegrityError:
        raise Taken from None
    live.touch(workspace.pk)
    return shop


@transaction.atomic
def change(shop: ShopifyShop, actor: User, *, secret: str = "", **values) -> bool:
    """An empty secret leaves the one there is. Returns whether its products are read anew, because of other values."""
    changed = {name: value for name, value in values.items() if getattr(shop, name) != value}
    if secret:
        changed["secret"] = seal(secret, shop.workspace_id)
    if not changed:
        return False
    ShopifyShop.objects.filter(pk=shop.pk).update(**changed)
    services.note(shop.workspace, actor, "changed the shop at Shopify", shop.shop_domain, what=sorted(changed))
    is_read_anew = not changed.keys().isdisjoint(READ_BY)
    if is_read_anew:
        shopify.replay(ShopifyDelivery.objects.filter(shop=shop, topic__in=shopify.TAKERS))
    live.touch(shop.workspace_id)
    return is_read_anew


@transaction.atomic
def disconnect(shop: ShopifyShop, actor: User) -> None:
    """Forget the secret and what was posted. The products stay as they are."""
    # Nothing is posted to it or taken over for it meanwhile.
    locked = ShopifyShop.objects.select_for_update().filter(pk=shop.pk).first()
    if locked is None:
        return
    services.note(shop.workspace, actor, "disconnected the shop at Shopify", shop.shop_domain)
    locked.delete()
    live.touch(shop.workspace_id)


def products_of(workspace: Workspace) -> QuerySet[ProductItem]:
    """Those that came from Shopify and that the shop wants in its catalog."""
    mine = ProductItem.objects.for_workspace(workspace).filter(source=ProductItem.Source.SHOPIFY)
    return mine.filter(wanted=ProductItem.Wanted.LISTED)
