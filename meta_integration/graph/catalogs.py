"""The calls about catalogs: a part of `MetaGraphClient`."""

import json
from collections.abc import Iterator

from meta_integration.graph import pages
from meta_integration.graph.answers import id_in
from meta_integration.graph.errors import GraphUnreachable

PRODUCT_FIELDS = (
    "id,retailer_id,name,description,price,sale_price,currency,availability,condition,url,image_url,brand,"
    "review_status,errors"
)
PRODUCTS_ON_A_PAGE = 500
# Seconds. The first of the two also bounds how long all bytes of a batch, up to 28 MB, may take to leave.
BATCH_TIMEOUT = (30.0, 60.0)


class CatalogCalls:
    """What can be asked of a catalog, by its id. Prices are in Meta's three forms; see the callers."""

    def product_catalogs(self, owner_id: str) -> Iterator[dict]:
        """The catalogs of a business, or the one that is linked to an account."""
        return self._pages(f"{owner_id}/product_catalogs", {"fields": "id,name", "limit": 100})

    def create_catalog(self, business_id: str, name: str) -> str:
        """Make an empty catalog in the business; return its id."""
        # The edge is from Meta's marketing API; unlike the others here no page of the Cloud API shows it.
        answer = self._request("POST", f"{business_id}/owned_product_catalogs", json={"name": name})
        return id_in("POST owned_product_catalogs", answer)

    def link_catalog(self, waba_id: str, catalog_id: str) -> None:
        """Show the catalog in the account's conversations. An account has one at most (code 100, sub-code 2388027)."""
        self._request("POST", f"{waba_id}/product_catalogs", json={"catalog_id": catalog_id})

    def unlink_catalog(self, waba_id: str, catalog_id: str) -> None:
        self._request("DELETE", f"{waba_id}/product_catalogs", params={"catalog_id": catalog_id})

    def commerce_settings(self, phone_number_id: str) -> dict:
        """`is_cart_enabled` and `is_catalog_visible`; empty where they were never set."""
        rows = self._request("GET", f"{phone_number_id}/whatsapp_commerce_settings").get("data")
        return next((row for row in rows if isinstance(row, dict)), {}) if isinstance(rows, list) else {}

    def set_commerce_settings(self, phone_number_id: str, **shown: bool) -> None:
        params = {name: "true" if value else "false" for name, value in shown.items()}
        self._request("POST", f"{phone_number_id}/whatsapp_commerce_settings", params=params)

    # Products -------------------------------------------------------------------------------------------------
    def product_pages(self, catalog_id: str) -> Iterator[pages.Page]:
        """All products of the catalog as Meta lists them, with prices as texts for people."""
        asked = {"fields": PRODUCT_FIELDS, "limit": PRODUCTS_ON_A_PAGE}
        return pages.read(lambda more: self._request("GET", f"{catalog_id}/products", params={**asked, **more}))

    def products_by_number(self, catalog_id: str, retailer_id: str) -> list[dict]:
        """The product with this number, as a list of one or none."""
        wanted = json.dumps({"retailer_id": {"eq": retailer_id}})
        asked = {"fields": PRODUCT_FIELDS, "filter": wanted, "limit": 10}
        rows = self._request("GET", f"{catalog_id}/products", params=asked).get("data")
        if not isinstance(rows, list):
            raise GraphUnreachable("GET products: an answer without a list")
        return [row for row in rows if isinstance(row, dict) and str(row.get("retailer_id")) == retailer_id]

    def create_product(self, catalog_id: str, retailer_id: str, data: dict) -> str:
        """Add one product, its price in minor units; return Meta's id. A number that is there already: code 10800."""
        body = {"retailer_id": retailer_id, **data}
        return id_in("POST products", self._request("POST", f"{catalog_id}/products", json=body))

    def update_product(self, product_id: str, data: dict) -> None:
        self._request("POST", product_id, json=data)

    def delete_product(self, product_id: str) -> None:
        self._request("DELETE", product_id)

    def send_items(self, catalog_id: str, requests: list[dict]) -> dict:
        """Many changes in one call; an UPDATE of an unknown id adds it.

        Returns `handles` (one or none) and `validation_status` (of items with errors or warnings only): HTTP 200 does
        not mean that anything was taken.
        """
        body = {"item_type": "PRODUCT_ITEM", "allow_upsert": True, "requests": requests}
        return self._request("POST", f"{catalog_id}/items_batch", json=body, timeout=BATCH_TIMEOUT)

    def batch_status(self, catalog_id: str, handle: str) -> dict:
        """What became of a batch: `status`, `errors`, `warnings`, `ids_of_invalid_requests`; empty for none known."""
        asked = {"handle": handle, "load_ids_of_invalid_requests": "true"}
        rows = self._request("GET", f"{catalog_id}/check_batch_request_status", params=asked).get("data")
        return next((row for row in rows if isinstance(row, dict)), {}) if isinstance(rows, list) else {}
