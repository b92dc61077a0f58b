"""A shop whose token reaches its catalogs, and the calls the tests make to them."""

from .conftest import wait_for

CATALOG, EMPTY, BUSINESS = "400000000000001", "400000000000002", "800000000000001"
SCOPES = ["whatsapp_business_management", "whatsapp_business_messaging", "catalog_management"]
MUG = {
    "id": "mug-1",
    "title": "Mug",
    "description": "A mug.",
    "availability": "in stock",
    "condition": "new",
    "price": "9.99 USD",
    "link": "https://shop.example/p/1",
    "image": [{"url": "https://shop.example/1.jpg", "tag": ["Mug"]}],
    "brand": "Example",
}
SINGLE = {
    "retailer_id": "mug-1",
    "name": "Mug",
    "description": "A mug.",
    "price": 999,
    "currency": "USD",
    "url": "https://shop.example/p/1",
    "image_url": "https://shop.example/1.jpg",
    "brand": "Example",
}


def request(method="CREATE", **changes):
    return {"method": method, "data": {**(MUG if method == "CREATE" else {}), **changes}}


def create(retailer_id, **changes):
    return request("CREATE", id=retailer_id, **changes)


class Shelf:
    """One catalog, by Graph."""

    def __init__(self, sandbox, token, catalog=EMPTY):
        self.sandbox, self.token, self.catalog = sandbox, token, catalog

    def batch(self, *requests, **params):
        body = {"item_type": "PRODUCT_ITEM", "requests": list(requests)} | params
        return self.sandbox.post(f"{self.catalog}/items_batch", self.token, json=body)

    def status(self, handle, **params):
        params = {"handle": handle, "load_ids_of_invalid_requests": "true"} | params
        answer = self.sandbox.get(f"{self.catalog}/check_batch_request_status", self.token, params=params)
        return next(iter(answer.json()["data"]), None)

    def applied(self, *requests, **params):
        """What became of a batch that was taken."""
        (handle,) = self.batch(*requests, **params).json()["handles"]
        return self.finished(handle)

    def finished(self, handle):
        def look():
            row = self.status(handle)
            return row if row["status"] == "finished" else None

        return wait_for(look)

    def products(self, fields="retailer_id,name,price,sale_price,review_status,errors", **params):
        params = {"fields": fields, "limit": 1000} | params
        return self.sandbox.get(f"{self.catalog}/products", self.token, params=params).json()

    def one(self, retailer_id, fields="retailer_id,name,price,sale_price,currency,review_status,errors"):
        rows = self.products(fields, filter=f'{{"retailer_id":{{"eq":"{retailer_id}"}}}}')["data"]
        return next(iter(rows), None)

    def reviewed(self, retailer_id):
        """The product, once it is not pending any more."""
        return wait_for(lambda: (row := self.one(retailer_id))["review_status"] != "pending" and row)
