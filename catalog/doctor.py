"""What the doctor asks of products: what waits and nobody takes up."""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Exists, Min, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.models import CatalogBatch, ProductImage, ProductImport, ProductItem, ShopifyDelivery
from catalog.services import claiming
from workspaces.doctor import Result, Visit, check, ok, warning

STUCK = timedelta(minutes=10)
# Failures of these days are worth a look; older ones were looked at or do not matter.
LATELY = timedelta(days=3)


@check("products", needs=("migrations",))
def products(visit: Visit) -> Iterator[Result]:
    """What may go to Meta goes, and what became of it is asked. What a shop or Meta holds back is not meant."""
    long_ago = timezone.now() - STUCK
    waits = ProductItem.objects.filter(workspace=OuterRef("workspace"), status=ProductItem.Status.WAITING)
    left = claiming.may_be_pushed().filter(Exists(waits.filter(status_at__lt=long_ago).order_by())).count()
    dead = Q(state=CatalogBatch.State.SENDING, lease_until__lt=long_ago)
    unasked = Q(state=CatalogBatch.State.CHECKING, poll_after__lt=long_ago, catalog__state="connected")
    open_ = CatalogBatch.objects.filter(dead | unasked).count()
    if not (left or open_):
        yield ok("products", _("Products that may go to Meta go."))
        return
    text = _("%(shops)s shops have products that wait for more than ten minutes, and %(n)s calls are not followed up.")
    step = _("Is a worker of the queue “sync” running, and beat? Does the worker's log complain?")
    yield warning("products", text % {"shops": left, "n": open_}, step)


@check("pictures", needs=("migrations",))
def pictures(visit: Visit) -> Iterator[Result]:
    """Pictures are looked at when they are due."""
    due = ProductImage.objects.filter(look_after__lt=timezone.now() - STUCK)
    oldest = due.aggregate(oldest=Min("look_after"))["oldest"]
    if oldest is None:
        yield ok("pictures", _("Products' pictures are looked at in time."))
        return
    minutes = int((timezone.now() - oldest).total_seconds() // 60)
    text = _("%(n)s pictures of products wait to be looked at, the oldest for %(min)s minutes.")
    step = _("Is a worker of the queue “sync” running? May it reach the web?")
    yield warning("pictures", text % {"n": due.count(), "min": minutes}, step)


@check("imports", needs=("migrations",))
def imports(visit: Visit) -> Iterator[Result]:
    """No import stands still."""
    long_ago = timezone.now() - STUCK
    at_work = ProductImport.objects.filter(state__in=["reading", "applying"])
    dead = at_work.filter(Q(lease_until__lt=long_ago) | Q(lease_until=None, created_at__lt=long_ago)).count()
    if not dead:
        yield ok("imports", _("Imported files are read and taken over."))
        return
    text = _("%(n)s imports of products have stood still for more than ten minutes.") % {"n": dead}
    yield warning("imports", text, _("Is a worker running, and beat? Does the worker's log complain?"))


@check("shopify", needs=("migrations",))
def shopify(visit: Visit) -> Iterator[Result]:
    """What Shopify posted is taken over."""
    now = timezone.now()
    late = ShopifyDelivery.objects.filter(state=ShopifyDelivery.State.RECEIVED, retry_at__lt=now - STUCK).count()
    failed = ShopifyDelivery.objects.filter(state=ShopifyDelivery.State.FAILED, received_at__gt=now - LATELY).count()
    if not (late or failed):
        yield ok("shopify", _("What Shopify posts is taken over."))
        return
    text = _("Of what Shopify posted %(late)s wait for more than ten minutes, and %(failed)s failed within three days.")
    step = _("Is a worker running? Shopify deliveries in the admin say what each failed with.")
    yield warning("shopify", text % {"late": late, "failed": failed}, step)
