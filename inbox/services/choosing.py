"""Which templates can be sent in a conversation, the latest used first."""

from django.db.models import F, OuterRef, Q, Subquery

from inbox.models import Message, Thread
from templates_app.models import MessageTemplate

SHOWN = 30


def of_thread(thread: Thread):
    """The templates of the account that the thread's number belongs to."""
    return MessageTemplate.objects.for_workspace(thread.workspace).filter(account=thread.number.account_id)


def sendable(thread: Thread, wanted: str = "") -> list[MessageTemplate]:
    """Those that may be sent and have all the wanted words; one more than are shown, where there are more."""
    found = of_thread(thread).sendable()
    for word in wanted.split():
        found = found.filter(Q(name__icontains=word) | Q(text__icontains=word) | Q(language__istartswith=word))
    last_use = Message.objects.filter(template=OuterRef("pk")).order_by("-id").values("id")[:1]
    found = found.annotate(last_use=Subquery(last_use)).order_by(F("last_use").desc(nulls_last=True), "name", "pk")
    return list(found.only("name", "language", "category", "text")[: SHOWN + 1])
