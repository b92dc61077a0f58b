"""One product by a call of its own, whose answer is final at once. Prices go in minor units."""

from catalog import content
from catalog.models import ProductItem
from catalog.services.claiming import is_removal
from meta_integration.graph.answers import id_in
from meta_integration.graph.client import MetaGraphClient
from meta_integration.graph.errors import GraphAPIError, RequestRejected

NUMBER_EXISTS = 10800
NO_OBJECT = (100, 33)


class NeedsBatch(Exception):
    """The number is at Meta already, perhaps with a sale price that only a batch can end."""

    def __init__(self, product_id: str):
        super().__init__()
        self.product_id = product_id


def send(client: MetaGraphClient, catalog_id: str, item: ProductItem) -> str:
    """Bring the product to Meta, or its removal; return Meta's id of it. Raises GraphError, NeedsBatch."""
    if is_removal(item):
        _remove(client, catalog_id, item)
        return ""
    data = content.single_data(item)
    if item.product_id:
        try:
            client.update_product(item.product_id, data)
            return item.product_id
        except RequestRejected as exc:
            if not is_no_object(exc):
                raise
    return _create(client, catalog_id, item, data)


def is_no_object(exc: GraphAPIError) -> bool:
    """What the call was about is not there, or not for this access."""
    return (exc.code, exc.subcode) == NO_OBJECT


def _create(client: MetaGraphClient, catalog_id: str, item: ProductItem, data: dict) -> str:
    try:
        return client.create_product(catalog_id, item.retailer_id, data)
    except RequestRejected as exc:
        if exc.code != NUMBER_EXISTS:
            raise
    product_id = _found(client, catalog_id, item)
    if not product_id or item.sale_price is None:
        raise NeedsBatch(product_id)
    client.update_product(product_id, data)
    return product_id


def _remove(client: MetaGraphClient, catalog_id: str, item: ProductItem) -> None:
    product_id = item.product_id or _found(client, catalog_id, item)
    if not product_id:
        return
    try:
        client.delete_product(product_id)
    except RequestRejected as exc:
        # Meta says the same of what is gone and of what this access may not see: its list decides.
        listed = _found(client, catalog_id, item) if is_no_object(exc) else product_id
        if listed == product_id:
            raise
        if listed:
            client.delete_product(listed)


def _found(client: MetaGraphClient, catalog_id: str, item: ProductItem) -> str:
    rows = client.products_by_number(catalog_id, item.retailer_id)
    return next((id_in("GET products", row) for row in rows), "")
