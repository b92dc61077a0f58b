"""The example world every fresh sandbox starts with. Nobody in it exists."""

from .commerce import examples
from .message_templates import store
from .state import Catalog, Customer, Number, Waba, World

ALL_SCOPES = {
    "whatsapp_business_management": "Manage the WhatsApp accounts: read them and their numbers, connect numbers",
    "whatsapp_business_messaging": "Send and receive WhatsApp messages for these accounts",
    "business_management": "Read the business that owns the accounts",
    "catalog_management": "Read and change the product catalogs",
}
DEFAULT_SCOPES = ["whatsapp_business_management", "whatsapp_business_messaging"]
CONFIGURED_SCOPES = [
    *DEFAULT_SCOPES,
    "catalog_management",
]  # what a configuration of Facebook Login for Business asks for


def example_world() -> World:
    world = World(business_id="800000000000001", business_name="Example Merchant", user_id="700000000000001")
    for waba in (
        Waba("100000000000001", "Example Shop"),
        Waba("100000000000002", "Example Outlet"),
        Waba("100000000000003", "Example Empty", is_ticked_in_dialog=False),
    ):
        world.wabas[waba.waba_id] = waba
    for number in (
        Number("200000000000001", "100000000000001", "+1 555-010-0001", "Example Shop"),
        Number("200000000000002", "100000000000001", "+1 555-010-0002", "Example Shop Support"),
        Number("200000000000003", "100000000000002", "+1 555-010-0003", "Example Outlet", pin="246810"),
    ):
        world.numbers[number.phone_number_id] = number
    for customer in (
        Customer("15550100101", "US.10000000000000000101", "Example Customer 1"),
        Customer("15550100102", "US.10000000000000000102", "Example Customer 2"),
        Customer(
            "15550100103",
            "US.10000000000000000103",
            "Example Customer 3",
            username="example.customer.3",
            hides_number=True,
        ),
        Customer("15550100104", "US.10000000000000000104", "عميل تجريبي"),
        Customer(
            "15550100105",
            "US.10000000000000000105",
            "Example Customer 5 with a very long display name that has to be cut or wrapped somewhere",
        ),
    ):
        world.customers[customer.wa_id] = customer
    store.add_examples(world)
    add_catalogs(world)
    return world


def add_catalogs(world: World) -> None:
    """One that is linked and has a few products, and an empty one."""
    for catalog in (
        Catalog("400000000000001", "100000000000001", "Example Shop: everything", linked_to="100000000000001"),
        Catalog("400000000000002", "100000000000001", "Example Shop: summer"),
    ):
        world.catalogs[catalog.catalog_id] = catalog
    examples.fill(world, "400000000000001")
