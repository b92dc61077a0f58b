"""Which templates can be sent in a conversation, the latest used first."""

from django.db.models import F, OuterRef, Q, Subquery

from inbox.models import Message, Thread
from inbox.services import consent
from templates_app.models import MessageTemplate

SHOWN = 30


def of_thread(thread: Thread):
    """The templates of the account that the thread's number belongs to."""
    return MessageTemplate.objects.for_workspace(thread.workspace).filter(account=thread.number.account_id)


def sendable(thread: Thread, wanted: str = "") -> list[MessageTemplate]:
    """Those that Meta lets be sent and have all the wanted words; one more than are shown, where there are more.

    `why_not` says why one is not for this customer.
    """
    found = of_thread(thread).sendable()
    for word in wanted.split():
        found = found.filter(Q(name__icontains=word) | Q(text__icontains=word) | Q(language__istartswith=word))
    last_use = Message.objects.filter(template=OuterRef("pk")).order_by("-id").values("id")[:1]
    found = found.annotate(last_use=Subquery(last_use)).order_by(F("last_use").desc(nulls_last=True), "name", "pk")
    found = list(found.only("name", "language", "category", "text")[: SHOWN + 1])
    for template in found:
        template.why_not = consent.why_not(thread.contact, template.category)
    return found
