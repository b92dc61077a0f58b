"""Where a product stands: its status follows from what is wanted, what was sent and what Meta said. From nothing else.

`settle` is the only writer of `ProductItem.status`. Whoever changes a fact calls it then, in the same transaction.
"""

from django.db import transaction
from django.db.models import Case, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Now

from catalog.models import CatalogBatch, ProductImage, ProductItem

Status, Wanted = ProductItem.Status, ProductItem.Wanted
# In the place of a content's hash: what was sent, accepted or refused is a removal.
DELETED = "deleted"
# In the place of an accepted hash: Meta has something, and it is not known what. It equals no content.
UNKNOWN = "unknown"
OUT = Q(wanted__in=[Wanted.EXCLUDED, Wanted.REMOVED])
UNDECIDED = Q(wanted__in=[Wanted.IN_QUESTION, Wanted.THEIRS])
# The first that fits counts.
RULES = (
    (Q(batch_state=CatalogBatch.State.SENDING), Status.SENDING),
    (Q(batch_state=CatalogBatch.State.CHECKING), Status.SENT),
    (OUT & Q(is_at_meta=False), Status.ABSENT),
    (OUT & Q(refused_hash=DELETED), Status.REFUSED),
    (OUT, Status.WAITING),
    (UNDECIDED & Q(is_at_meta=True), Status.ACCEPTED),
    (UNDECIDED, Status.ABSENT),
    (~Q(problems=[]) | Q(wanted_hash="") | Q(image_state=ProductImage.State.BAD), Status.INCOMPLETE),
    (Q(image_state=ProductImage.State.WAITING), Status.LOOKING),
    (Q(accepted_hash=F("wanted_hash")), Status.ACCEPTED),
    (Q(refused_hash=F("wanted_hash")), Status.REFUSED),
)


@transaction.atomic(savepoint=False)
def settle(items: QuerySet[ProductItem]) -> int:
    """Give these products the status that their facts amount to; return how many have another one now.

    They are locked first, also those that seem to stand right: another transaction may just be changing one of their
    facts, and whoever comes second must see both. Everybody locks products by pk, and pictures after them.
    """
    pks = list(items.order_by("pk").select_for_update(no_key=True, of=("self",)).values_list("pk", flat=True))
    image = ProductImage.objects.filter(pk=OuterRef("image")).values("state")[:1]
    batch = CatalogBatch.objects.filter(pk=OuterRef("batch")).values("state")[:1]
    rows = ProductItem.objects.filter(pk__in=pks)
    rows = rows.annotate(image_state=Subquery(image), batch_state=Subquery(batch))
    rule = Case(*(When(condition, then=Value(status)) for condition, status in RULES), default=Value(Status.WAITING))
    return rows.annotate(settled=rule).exclude(status=F("settled")).update(status=F("settled"), status_at=Now())
