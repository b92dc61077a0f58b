"""Whether a customer wants offers. The one place that changes it, each change with its proof."""

from collections.abc import Iterable
from datetime import UTC, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from inbox.models import ConsentEntry, Contact, MarketingState, Message, Thread, ThreadEvent
from inbox.services import events
from templates_app.design import MARKETING
from workspaces import live
from workspaces.models import User

Source = ConsentEntry.Source
UNKNOWN, SUBSCRIBED, UNSUBSCRIBED = MarketingState.UNKNOWN, MarketingState.SUBSCRIBED, MarketingState.UNSUBSCRIBED
# What WhatsApp itself lets through. Its "resume" is an entry of these with UNKNOWN.
METAS = (Source.META, Source.REFUSED)
EVER = datetime.min.replace(tzinfo=UTC)
# Meta's code for a customer who gets no offers of this shop.
REFUSED_OFFERS = 131050
NOT_WANTED = gettext_noop("The customer wants no offers by now, so it was not sent.")
NEVER_SAID = gettext_noop("The customer never said that they want offers, so it was not sent.")


@transaction.atomic
def note(
    contact: Contact,
    state: MarketingState,
    source: ConsentEntry.Source,
    *,
    at: datetime | None = None,
    thread: Thread | None = None,
    message: Message | None = None,
    actor: User | None = None,
    proof: str = "",
) -> bool:
    """Write down what was said of offers, once. True where it changed what the customer wants.

    The latest word counts, whenever it reaches us: an older one that comes late is kept and changes nothing. The change
    is told in `thread`.
    """
    contact = Contact.objects.select_for_update(no_key=True).get(pk=contact.pk)
    at = at or timezone.now()
    said = list(ConsentEntry.objects.filter(contact=contact).order_by("at", "pk"))
    if _is_known(said, state, source, at, message) or (actor and contact.marketing_state == state):
        return False
    if not said and contact.marketing_state != UNKNOWN:  # Known from before there was a history.
        said = [ConsentEntry(state=contact.marketing_state, source=Source.PERSON, at=EVER)]
    entry = ConsentEntry.objects.create(
        workspace_id=contact.workspace_id,
        contact=contact,
        state=state,
        source=source,
        at=at,
        message=message,
        actor=actor,
        proof=proof[:300],
    )
    return _write(contact, _sum([*said, entry]), source, actor, thread)


def refused(pks: Iterable[int], at: datetime) -> None:
    """Meta refused these messages because their customers want no offers of the shop."""
    for message in Message.objects.filter(pk__in=pks).select_related("thread__contact").order_by("thread__contact"):
        contact = message.thread.contact
        note(contact, UNSUBSCRIBED, Source.REFUSED, at=at, thread=message.thread, message=message)


def merged(keep: Contact, gone: Contact, thread: Thread | None) -> None:
    """Two entries of one customer are one: the history is both's, and one "no" is a no. Part of the merging."""
    ConsentEntry.objects.filter(contact=gone).update(contact=keep)
    said = list(ConsentEntry.objects.filter(contact=keep).order_by("at", "pk"))
    strictest = max((keep.marketing_state, gone.marketing_state), key=[UNKNOWN, SUBSCRIBED, UNSUBSCRIBED].index)
    if (_sum(said) if said else UNKNOWN) != strictest:
        ConsentEntry.objects.create(
            workspace_id=keep.workspace_id, contact=keep, state=strictest, source=Source.MERGE, at=timezone.now()
        )
    _write(keep, strictest, Source.MERGE, None, thread)


def why_not(contact: Contact, category: str) -> str:
    """Why a template of this category is not sent to them, in the agent's words; empty where it may be."""
    if category != MARKETING or contact.marketing_state == SUBSCRIBED:
        return ""
    if contact.marketing_state == UNSUBSCRIBED:
        return _(
            "This customer wants no offers, and the template is one. It can be sent when they ask for offers again."
        )
    return _(
        "This customer never said that they want offers, and the template is one. Ask them. If they agree, note it "
        "beside the conversation, under “Offers”."
    )


def why_skipped(marketing_state: str) -> str:
    """The reason at a message that was queued and is not sent after all."""
    return NOT_WANTED if marketing_state == UNSUBSCRIBED else NEVER_SAID


def _is_known(said: list[ConsentEntry], state: str, source: str, at: datetime, message: Message | None) -> bool:
    """This very word was written down before: a delivery came twice."""
    if message:
        return any(entry.message_id == message.pk and entry.source == source for entry in said)
    return source in METAS and any((each.state, each.source, each.at) == (state, source, at) for each in said)


def _sum(said: list[ConsentEntry]) -> MarketingState:
    """What the customer wants, by all that was said. Of what was said in the same second a "no" counts.

    WhatsApp's own "stop" holds until they allow it there again, or ask us anew. Allowing it again asks for nothing: it
    only brings back what they had told us.
    """
    wants, is_barred = UNKNOWN, False
    for entry in sorted(said, key=lambda entry: (entry.at, entry.state == UNSUBSCRIBED)):
        if entry.source not in METAS:
            wants = MarketingState(entry.state)
        elif entry.state == SUBSCRIBED:
            wants = SUBSCRIBED
        is_barred = entry.state == UNSUBSCRIBED if entry.source in METAS else is_barred and wants != SUBSCRIBED
    return UNSUBSCRIBED if is_barred else wants


def _write(contact: Contact, state: str, source: str, actor: User | None, thread: Thread | None) -> bool:
    was = str(contact.marketing_state)
    if was == state:
        return False
    Contact.objects.filter(pk=contact.pk).update(marketing_state=state)
    contact.marketing_state = state
    if thread:
        events.note(thread, ThreadEvent.Kind.CONSENT, actor, was=was, to=str(state), source=str(source))
    # No list shows it, and Meta may refuse a campaign's offers by the thousand.
    if threads := Thread.objects.filter(contact=contact).values_list("pk", flat=True):
        live.touch(contact.workspace_id, *threads, in_list=False)
    return True
