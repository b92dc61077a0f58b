"""Example products, as many as wanted: good ones, variants, and some with everything that can be wrong."""

from collections.abc import Iterator
from decimal import Decimal

from django.conf import settings

from catalog.models import ProductItem
from catalog.services import items
from workspaces.models import Workspace

THINGS = ["Mug", "Lamp", "Scarf", "Table", "Bag", "Notebook", "Cushion", "Vase", "Blanket", "Chair", "Clock", "Plate"]
COLOURS = ["red", "blue", "green", "yellow", "grey", "white", "black"]
SHOP = "https://shop.example"
# One in so many is not as it should be.
EVERY_ODD = 25
LONG = "A title that goes on and on, as titles of shops sometimes do when everything is to be found by it"


def fill(workspace: Workspace, count: int) -> items.Written:
    """Harmless to repeat: the same number is the same product."""
    return items.write(workspace, rows(count), source=ProductItem.Source.API)


def rows(count: int) -> Iterator[dict]:
    for number in range(1, count + 1):
        thing, colour = THINGS[number % len(THINGS)], COLOURS[number % len(COLOURS)]
        yield {
            "retailer_id": f"example-{number}",
            "title": f"Example {thing.lower()} {number}, {colour}",
            "description": f"An example of a {thing.lower()}. It is made up, like all products here.",
            "price": Decimal(500 + number * 37 % 9500) / 100,
            "currency": "USD",
            "link": f"{SHOP}/p/{number}",
            "image_link": picture(f"{thing.lower()}-{colour}"),
            "brand": "Example",
            "item_group_id": f"{thing.lower()}-group" if number % 3 == 0 else "",
            "attributes": {"color": colour},
            **odd(number),
        }


def picture(name: str) -> str:
    """The local Meta serves example pictures; without it they are only addresses."""
    return f"{settings.SANDBOX_URL or SHOP}/pictures/{name}.png"


def odd(number: int) -> dict:
    """What makes some of them hard: unusual, to be mended here, or refused by the local Meta's review."""
    if number % EVERY_ODD:
        return {"sale_price": Decimal(4)} if number % 11 == 0 else {}
    kinds = (
        {"title": f"{LONG}, number {number}"},
        {"description": ""},
        {"title": f"وشاح تجريبي {number}", "currency": "KWD", "price": Decimal("12.750")},
        {"price": Decimal("9.999")},
        {"title": f"Example replica {number}", "description": "A replica, which the review refuses."},
        {"currency": "JPY", "price": Decimal(1250)},
    )
    return kinds[number // EVERY_ODD % len(kinds)]
