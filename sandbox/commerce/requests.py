"""The requests of items_batch: what is wrong with them at first sight, and their data by the names of /products."""

from . import fields, money

WITHOUT_BRAND = "brand is missing: without a brand the item is found less often"
METHODS = ("CREATE", "UPDATE", "DELETE")
NAMES = {
    "title": "name",
    "link": "url",
    "image_link": "image_url",
    "additional_image_link": "additional_image_urls",
    "item_group_id": "retailer_product_group_id",
    "google_product_category": "category",
    "product_type": "category",
    "quantity_to_sell_on_facebook": "inventory",
}
BATCH_NAMES = {ours: theirs for theirs, ours in reversed(NAMES.items())}
PLAIN = ("availability", "brand", "condition", "description", "inventory", "visibility", *fields.OTHERS)
KNOWN = {"id", "image", "price", "sale_price", *NAMES, *PLAIN}


class Checked:
    """One request: its retailer_id and data, and what there is to say about it."""

    def __init__(self, request):
        self.errors: list[str] = []
        self.warnings: list[str] = []
        self.data: dict = {}
        request = request if isinstance(request, dict) else {}
        given = request.get("data") if isinstance(request.get("data"), dict) else {}
        self.method, self.retailer_id = str(request.get("method", "")).upper(), given.get("id")
        if self.method not in METHODS:
            self.errors.append(f"method must be one of {', '.join(METHODS)}")
        problem = fields.retailer_id_problem(self.retailer_id)
        if problem:
            self.errors.append(f"id {problem}")
            self.retailer_id = str(self.retailer_id or "")[:200]
        if not self.errors and self.method != "DELETE":
            self._read(given)

    def _read(self, given: dict) -> None:
        for name in ("price", "sale_price"):
            if name in given:
                self._price(name, given[name])
        if "image" in given:
            self._images(given["image"])
        for name, value in given.items():
            if name in NAMES or name in PLAIN:
                self._plain(name, NAMES.get(name, name), value)
        strange = sorted(set(given) - KNOWN)
        if strange:
            self.warnings.append(f"Unknown fields were left out: {', '.join(strange)[:200]}")
        if self.method == "CREATE":
            self.errors += [f"{name} is required" for name in missing_of(self.data)]
        if str(self.data.get("url", "")).startswith("http:"):
            self.warnings.append("link should be an https address")
        if self.method == "CREATE" and lacks_brand(self.data):
            self.warnings.append(WITHOUT_BRAND)
        sale = self.data.get("sale_price")
        if isinstance(sale, int) and sale >= self.data.get("price", sale + 1):
            self.warnings.append("sale_price should be lower than price")

    def _price(self, name: str, value) -> None:
        if name == "sale_price" and value in ("", None):
            self.data["sale_price"] = ""
            return
        price = money.read_batch(value)
        if isinstance(price, str):
            self.errors.append(f"{name} {price}")
        elif self.data.get("currency", price[1]) != price[1]:
            self.errors.append("price and sale_price must have the same currency")
        else:
            self.data[name], self.data["currency"] = price

    def _images(self, value) -> None:
        addresses = [each.get("url") if isinstance(each, dict) else each for each in value if each] if value else []
        if not isinstance(value, list) or not addresses:
            self.errors.append("image must be a list of objects with url")
            return
        first, *others = addresses
        self._plain("image", "image_url", first)
        self._plain("image", "additional_image_urls", others)

    def _plain(self, name: str, ours: str, value) -> None:
        if ours == "additional_image_urls" and isinstance(value, str):
            value = [each.strip() for each in value.split(",") if each.strip()]
        if ours == "inventory" and isinstance(value, str) and value.isdigit():
            value = int(value)
        if value in ("", None) and ours not in fields.NEEDED:
            self.data[ours] = ""
            return
        problem = "is required" if value in ("", None) else fields.problem_of(ours, value)
        if problem:
            self.errors.append(f"{name} {problem}")
        else:
            self.data[ours] = value


def lacks_brand(data: dict) -> bool:
    return not any(data.get(name) for name in ("brand", "gtin", "mpn"))


def missing_of(data: dict) -> list[str]:
    """The names, as items_batch has them, of what a product cannot be without."""
    missing = [name for name in fields.NEEDED if data.get(name) in (None, "") and name != "currency"]
    return [BATCH_NAMES.get(name, name) for name in missing]
