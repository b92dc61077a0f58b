from catalog.models.catalogs import Catalog, CatalogBatch, CatalogReading, CommerceSettings
from catalog.models.items import ProductEvent, ProductImage, ProductItem
from catalog.models.shopify import ShopifyDelivery, ShopifyProduct, ShopifyShop
from catalog.models.sources import ImportLine, ProductImport

__all__ = [
    "Catalog",
    "CatalogBatch",
    "CatalogReading",
    "CommerceSettings",
    "ImportLine",
    "ProductEvent",
    "ProductImage",
    "ProductImport",
    "ProductItem",
    "ShopifyDelivery",
    "ShopifyProduct",
    "ShopifyShop",
]
