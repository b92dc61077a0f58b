from decimal import Decimal

from factory import SelfAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory, ImageField

from catalog.models import (
    Catalog,
    CatalogBatch,
    CatalogReading,
    CommerceSettings,
    ImportLine,
    ProductEvent,
    ProductImage,
    ProductImport,
    ProductItem,
    ShopifyDelivery,
    ShopifyProduct,
    ShopifyShop,
)
from meta_integration.sealed import seal
from meta_integration.tests.factories import PhoneNumberFactory, WABAFactory
from workspaces.tests.factories import WorkspaceFactory

SECRET = "example-shopify-secret"


class CatalogFactory(DjangoModelFactory):
    """Connected, linked and compared: products go to it."""

    class Meta:
        model = Catalog

    account = SubFactory(WABAFactory)
    workspace = SelfAttribute("account.workspace")
    catalog_id = Sequence("40000{:010d}".format)
    name = "Example catalog"
    is_linked = True
    reconciled_at = "2026-01-01T00:00:00Z"


class CatalogBatchFactory(DjangoModelFactory):
    class Meta:
        model = CatalogBatch

    catalog = SubFactory(CatalogFactory)
    workspace = SelfAttribute("catalog.workspace")


class CatalogReadingFactory(DjangoModelFactory):
    class Meta:
        model = CatalogReading

    catalog = SubFactory(CatalogFactory)
    workspace = SelfAttribute("catalog.workspace")


class CommerceSettingsFactory(DjangoModelFactory):
    class Meta:
        model = CommerceSettings

    number = SubFactory(PhoneNumberFactory)
    workspace = SelfAttribute("number.workspace")


class ProductImageFactory(DjangoModelFactory):
    """Looked at, and good, with a small copy."""

    class Meta:
        model = ProductImage

    workspace = SubFactory(WorkspaceFactory)
    link = Sequence("https://shop.example/pictures/{}.jpg".format)
    link_hash = Sequence("{:064x}".format)
    state = ProductImage.State.GOOD
    mime_type, width, height = "image/jpeg", 800, 800
    thumbnail = ImageField(width=8, height=8, format="JPEG")
    look_after = None


class ProductItemFactory(DjangoModelFactory):
    """As a row alone. `catalog.tests.making.products` makes those that really hang together."""

    class Meta:
        model = ProductItem

    workspace = SubFactory(WorkspaceFactory)
    retailer_id = Sequence("made-{}".format)
    title = Sequence("Example product {}".format)
    description = "An example."
    price, currency = Decimal("9.99"), "USD"
    link = "https://shop.example/p/1"
    image_link = "https://shop.example/pictures/1.jpg"
    brand = "Example"


class ProductEventFactory(DjangoModelFactory):
    class Meta:
        model = ProductEvent

    item = SubFactory(ProductItemFactory)
    workspace = SelfAttribute("item.workspace")
    kind = ProductEvent.Kind.CREATED


class ProductImportFactory(DjangoModelFactory):
    class Meta:
        model = ProductImport

    workspace = SubFactory(WorkspaceFactory)
    file_name = "products.csv"


class ImportLineFactory(DjangoModelFactory):
    class Meta:
        model = ImportLine

    made = SubFactory(ProductImportFactory)
    workspace = SelfAttribute("made.workspace")
    line = Sequence(lambda n: n + 2)
    state = ImportLine.State.NEW


class ShopifyShopFactory(DjangoModelFactory):
    class Meta:
        model = ShopifyShop

    workspace = SubFactory(WorkspaceFactory)
    shop_domain = Sequence("example-{}.myshopify.com".format)
    currency = "USD"

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        kwargs.setdefault("secret", seal(SECRET, kwargs["workspace"].pk))
        return super()._create(model_class, *args, **kwargs)


class ShopifyDeliveryFactory(DjangoModelFactory):
    class Meta:
        model = ShopifyDelivery

    shop = SubFactory(ShopifyShopFactory)
    workspace = SelfAttribute("shop.workspace")
    topic = "products/update"
    body = b"{}"
    body_hash = Sequence("{:064x}".format)


class ShopifyProductFactory(DjangoModelFactory):
    class Meta:
        model = ShopifyProduct

    shop = SubFactory(ShopifyShopFactory)
    workspace = SelfAttribute("shop.workspace")
    key = Sequence("{}".format)
    said_at = triggered_at = "2026-01-01T00:00:00Z"
    body_hash = Sequence("{:064x}".format)
