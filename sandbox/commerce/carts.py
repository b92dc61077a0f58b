"""The carts customers fill on their phones, one for each chat. Not kept over a restart."""

from dataclasses import dataclass, field

MOST_OF_ONE = 99


@dataclass
class Cart:
    catalog_id: str = ""
    wamid: str = ""  # of the message by which it was begun
    quantities: dict[str, int] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return sum(self.quantities.values())


class Carts:
    def __init__(self):
        self._carts: dict[tuple[str, str], Cart] = {}

    def of(self, wa_id: str, phone_number_id: str) -> Cart:
        return self._carts.setdefault((wa_id, phone_number_id), Cart())

    def empty(self, wa_id: str, phone_number_id: str) -> None:
        self._carts.pop((wa_id, phone_number_id), None)


def is_enabled(meta, phone_number_id: str) -> bool:
    """The shop may have no carts; then there are only questions."""
    return meta.world.commerce.get(phone_number_id, {}).get("is_cart_enabled", True)
