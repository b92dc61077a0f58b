"""What is remembered of catalogs, products and batches."""

from dataclasses import dataclass, field


@dataclass
class Catalog:
    """Owned by the business. Tokens reach it by an account, and at most one is shown in an account's conversations."""

    catalog_id: str
    waba_id: str  # the account whose tokens reach it
    name: str
    linked_to: str = ""  # the account in whose conversations it is shown
    batch_calls: int = 0  # those that were let in
    refused_calls: int = 0  # ... and those that were too many


@dataclass
class Product:
    product_id: str
    catalog_id: str
    retailer_id: str
    data: dict  # by the names of /products; prices in minor units
    review_status: str = "pending"
    pending_since: float = 0.0
    reason: str = ""  # why it was rejected
    problem: str = ""  # what was found when a batch was applied, and did not stop it
    created_at: float = 0.0


@dataclass
class Batch:
    """One call of items_batch that was let in, until it is applied and then what became of it."""

    handle: str
    catalog_id: str
    requests: list[dict]  # emptied when it is applied
    lines: list[int]  # the place of each in the call
    allow_upsert: bool
    due_at: float
    warnings: list[dict] = field(default_factory=list)
    errors: list[dict] = field(default_factory=list)
    is_finished: bool = False
    is_endless: bool = False  # of bad weather
    is_lost: bool = False
    is_failing: bool = False
