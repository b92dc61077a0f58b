"""Products as they come in through the front door, their pictures already seen."""

from decimal import Decimal

from django.db.models import QuerySet

from catalog import standing
from catalog.models import ProductImage, ProductItem
from catalog.services import items
from workspaces.models import Workspace


def row(number: int | str = 1, **values) -> dict:
    """A good product, as `items.write` takes it."""
    return {
        "retailer_id": f"sku-{number}",
        "title": f"Example product {number}",
        "description": "An example.",
        "price": Decimal("9.99"),
        "currency": "USD",
        "link": f"https://shop.example/p/{number}",
        "image_link": f"https://shop.example/pictures/{number}.jpg",
        "brand": "Example",
        **values,
    }


def products(workspace: Workspace, count: int = 1, *, source: str = "import", **values) -> QuerySet[ProductItem]:
    """So many good products that wait to be sent: sku-1, sku-2, ..."""
    items.write(workspace, [row(number, **values) for number in range(1, count + 1)], source=source)
    pictures_are_good(workspace)
    return ProductItem.objects.for_workspace(workspace).order_by("pk")


def pictures_are_good(workspace: Workspace) -> None:
    ProductImage.objects.for_workspace(workspace).update(
        state=ProductImage.State.GOOD, look_after=None, mime_type="image/jpeg", width=800, height=800
    )
    standing.settle(ProductItem.objects.for_workspace(workspace))
