from catalog.models.catalogs import Catalog, CatalogBatch, CatalogReading, CommerceSettings
from catalog.models.items import ProductEvent, ProductImage, ProductItem
from catalog.models.sources import ImportLine, ProductImport, ShopifyDelivery, ShopifyShop

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
    "ShopifyShop",
]
