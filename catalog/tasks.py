"""Celery's way into this app: each loads by id and calls a service."""

from celery import shared_task

from catalog.services import (
    connecting,
    importing,
    looking,
    polling,
    pushing,
    reading,
    reviews,
    shop_window,
    shopify,
    trimming,
)
from workspaces import wakeups


@shared_task
def push_catalog(catalog_pk: int) -> int:
    """Send what waits for a catalog. Returns how many calls to Meta that took."""
    wakeups.awake(push_catalog.name, catalog_pk)
    return pushing.push(catalog_pk)


@shared_task
def sweep_catalogs() -> int:
    """Push what no wake-up announced, and give back what a dead worker held. Returns how many catalogs are woken."""
    return pushing.sweep()


@shared_task
def poll_batches() -> int:
    """Ask Meta what became of batches. Returns how many were asked about."""
    return polling.poll_due(looks_up=False)


@shared_task
def look_up_batches() -> int:
    """Look up at Meta the products of batches of which Meta does not say what became of them. Returns how many."""
    return polling.poll_due(looks_up=True)


@shared_task
def read_catalog(catalog_pk: int) -> int | None:
    """Read a whole catalog at Meta and compare. Returns how many products Meta listed; None when another reads."""
    wakeups.awake(read_catalog.name, catalog_pk)
    listed = reading.run(catalog_pk)
    if listed is not None:
        shop_window.refresh(catalog_pk)
    return listed


@shared_task
def read_reviews(catalog_pk: int) -> int:
    """Ask how the reviews of a catalog's products are. Returns how many are not decided yet."""
    wakeups.awake(read_reviews.name, catalog_pk)
    return reviews.read(catalog_pk)


@shared_task
def sweep_readings() -> int:
    """Begin readings that are due, nightly and for reviews, and what died. Returns how many."""
    return reading.sweep() + reviews.sweep()


@shared_task
def look_at_images() -> int:
    """Look at pictures that nobody has looked at yet. Returns how many."""
    wakeups.awake(look_at_images.name)
    return looking.look()


@shared_task
def run_import(import_pk: int) -> bool:
    """Read an imported file, or take it over. Returns whether anything was done."""
    wakeups.awake(run_import.name, import_pk)
    return importing.run(import_pk)


@shared_task
def sweep_imports() -> int:
    """Imports that no wake-up announced or whose worker died. Returns how many."""
    return importing.sweep()


@shared_task
def process_shopify() -> int:
    """Take over what Shopify posted. Returns how many deliveries."""
    wakeups.awake(process_shopify.name)
    return shopify.process_due()


@shared_task
def trim_catalog() -> int:
    """Delete what is kept for a while only. Returns how many rows."""
    return trimming.trim()


@shared_task
def account_reconnected(account_pk: int) -> int:
    """The account has a new access: its catalog is tried again, and what waited goes on."""
    return connecting.access_given(account_pk)


@shared_task
def catalog_access_changed(account_pk: int) -> int:
    """The access to the account's catalogs was given or removed. Returns how many catalogs that concerns."""
    return connecting.access_changed(account_pk)
