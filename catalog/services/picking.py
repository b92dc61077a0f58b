"""Products for messages: which may stand in one, and what is known of those that stand in messages already."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from catalog import money, pictures
from catalog.models import Catalog, ProductItem
from catalog.services import access
from meta_integration.models import WABA
from meta_integration.walk import storable
from workspaces.models import Workspace

# A list that is searched shows so many, and more of them page by page.
SHOWN = 30
LONGEST_SEARCH, MOST_WORDS = 100, 6
# What the shop does not want in its catalog.
OUT = (ProductItem.Wanted.EXCLUDED, ProductItem.Wanted.REMOVED)
SOLD_OUT = ("out of stock", "discontinued", "mark_as_sold")


@dataclass(frozen=True, slots=True)
class Facts:
    """What a message shows of a product. `amount` is what it costs today, which may be less than the usual price."""

    retailer_id: str
    name: str
    amount: Decimal | None
    currency: str
    price: str
    # The price without the sale, in words; empty where there is none.
    usual_price: str
    picture: str
    page: str
    is_sold_out: bool
    # The shop took it out, or it was in the catalog once and is not any more.
    is_gone: bool
    # Meta took it and approved it: it may stand in a message.
    is_shown: bool


def offered(workspace: Workspace, account: WABA) -> Catalog | None:
    """The workspace's catalog, where customers of this account see it."""
    catalog = access.catalog_of(workspace)
    if catalog is None or catalog.account_id != account.pk or catalog.is_linked is False:
        return None
    return catalog


def pickable(workspace: Workspace, account: WABA, search: str = "") -> QuerySet[ProductItem]:
    """What may stand in a message of this account, by title: all, or what has every searched word somewhere."""
    if offered(workspace, account) is None:
        return ProductItem.objects.none()
    return found_among(shown_in(workspace), search)


def shown_in(workspace: Workspace) -> QuerySet[ProductItem]:
    return ProductItem.objects.for_workspace(workspace).shown_to_customers()


def found_among(items: QuerySet[ProductItem], search: str) -> QuerySet[ProductItem]:
    for word in storable(search)[:LONGEST_SEARCH].split()[:MOST_WORDS]:
        items = items.filter(Q(title__icontains=word) | Q(retailer_id__icontains=word))
    return items.order_by("title", "pk")


def page_of(items: QuerySet[ProductItem], number: int = 1) -> tuple[list[Facts], bool]:
    """So many of them, and whether there are more. One query."""
    start = (max(number, 1) - 1) * SHOWN
    rows = list(_with_facts(items)[start : start + SHOWN + 1])
    return [facts(each) for each in rows[:SHOWN]], len(rows) > SHOWN


def facts_of(workspace: Workspace, retailer_ids: Iterable[str]) -> dict[str, Facts]:
    """Of those that the workspace knows. One query, however many; none for none."""
    wanted = {each for each in retailer_ids if each and each == storable(each)}
    if not wanted:
        return {}
    mine = ProductItem.objects.for_workspace(workspace).filter(retailer_id__in=wanted)
    return {each.retailer_id: facts(each) for each in _with_facts(mine)}


def facts(item: ProductItem) -> Facts:
    """Of a product as `_with_facts` reads it."""
    amount = item.price if item.sale_price is None else item.sale_price
    is_on_sale = None not in (item.price, item.sale_price)
    was_there = item.accepted_at is not None and not item.is_at_meta
    return Facts(
        item.retailer_id,
        item.title,
        amount,
        item.currency,
        _in_words(amount, item.currency),
        _in_words(item.price, item.currency) if is_on_sale else "",
        pictures.address_of(item),
        reverse("catalog:item", args=[item.pk]),
        is_sold_out=item.availability in SOLD_OUT,
        is_gone=item.wanted in OUT or was_there,
        is_shown=item.is_shown,
    )


def _with_facts(items: QuerySet[ProductItem]) -> QuerySet[ProductItem]:
    shown = ProductItem.objects.shown_to_customers().filter(pk=OuterRef("pk"))
    columns = ("retailer_id", "title", "price", "sale_price", "currency", "availability", "wanted")
    more = ("is_at_meta", "accepted_at", "image__state", "image__thumbnail", "workspace_id")
    return items.annotate(is_shown=Exists(shown)).select_related("image").only(*columns, *more)


def _in_words(amount: Decimal | None, currency: str) -> str:
    return "" if amount is None else money.in_words(amount, currency)
