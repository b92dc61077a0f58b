"""Files of products, imported as a person would."""

import csv
import io

from catalog.models import ProductImport
from catalog.services import importing
from workspaces.models import User, Workspace

HEADINGS = ["id", "title", "description", "price", "link", "image_link", "brand"]


def row(number: int | str = 1, **values) -> dict:
    """A good line, as texts."""
    return {
        "id": f"sku-{number}",
        "title": f"Example product {number}",
        "description": "An example.",
        "price": "9.99 USD",
        "link": f"https://shop.example/p/{number}",
        "image_link": f"https://shop.example/pictures/{number}.jpg",
        "brand": "Example",
        **values,
    }


def file_of(*rows: dict, delimiter: str = ",") -> bytes:
    text = io.StringIO()
    names = list(dict.fromkeys([*HEADINGS, *(name for each in rows for name in each)]))
    writer = csv.DictWriter(text, names, delimiter=delimiter, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def chosen(shop: Workspace, content: bytes, user: User | None = None, **options) -> ProductImport:
    """Uploaded, and not yet read."""
    options = {"currency": "USD", "mode": ProductImport.Mode.UPDATE, **options}
    return importing.start(shop, io.BytesIO(content), "products.csv", user, **options)


def read(shop: Workspace, *rows: dict, content: bytes = b"", **options) -> ProductImport:
    """Uploaded and read by the worker."""
    made = chosen(shop, content or file_of(*rows), **options)
    importing.run(made.pk)
    made.refresh_from_db()
    return made


def taken_over(made: ProductImport, user: User | None = None, **options) -> ProductImport:
    importing.take_over(made, user, **options)
    importing.run(made.pk)
    made.refresh_from_db()
    return made
