"""What the customer panel shows beside a conversation."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Max
from django.utils.translation import gettext as _

from catalog.money import in_words
from inbox import told
from inbox.bubbles import goods, money
from inbox.models import ConsentEntry, MarketingState, Message, Note, Priority, Tag, Thread
from inbox.services import consent, customers, merging
from templates_app.languages import LANGUAGES, label_of
from workspaces.models import Workspace

# Of each kind the panel shows so many, the latest first.
SHOWN = 10
# Of an order so many products are named.
NAMED = 3


@dataclass(slots=True)
class Order:
    """A WhatsApp cart that the customer sent."""

    thread_id: int
    at: datetime
    count: int
    # One for each currency.
    totals: list[str]
    # Of the first products; those that nobody knows by their numbers.
    names: list[str]
    has_more: bool


def context(thread: Thread) -> dict:
    """A constant number of queries, whatever the customer has."""
    contact = thread.contact
    threads = list(Thread.objects.for_workspace(thread.workspace_id).filter(contact=contact).select_related("number"))
    tags = list(contact.tags.all())
    return {
        "contact": contact,
        "language_label": label_of(contact.language) if contact.language else "",
        "language_labels": [label_of(code) for code in LANGUAGES],
        "tags": tags,
        "other_tags": [each for each in _all_tags(thread) if each not in tags],
        "tag_colors": Tag.Color.choices,
        "consents": _consents(thread),
        "wants_offers": contact.marketing_state == MarketingState.SUBSCRIBED,
        "wants_none": contact.marketing_state == MarketingState.UNSUBSCRIBED,
        "attributes": sorted(contact.attributes.items(), key=lambda each: each[0].casefold()),
        "orders": _orders(thread.workspace, threads),
        "other_threads": [each for each in threads if each.pk != thread.pk],
        "campaigns": _campaigns(threads),
        "all_notes": _notes(threads),
        "duplicates": merging.possible(contact),
        "longest": {"key": customers.LONGEST_KEY, "value": customers.LONGEST_VALUE, "tag": customers.LONGEST_TAG},
    }


def _all_tags(thread: Thread) -> list[Tag]:
    return list(Tag.objects.for_workspace(thread.workspace_id)[: customers.MOST_TAGS])


def _consents(thread: Thread) -> list[ConsentEntry]:
    said = ConsentEntry.objects.for_workspace(thread.workspace_id).filter(contact=thread.contact_id)
    entries = list(said.select_related("actor").order_by("-at", "-pk")[:SHOWN])
    for entry in entries:
        entry.words, entry.proof_words = words_of(entry), told.proof(entry.proof)
    return entries


def words_of(entry: ConsentEntry) -> str:
    if entry.source in consent.METAS and entry.state == MarketingState.UNKNOWN:
        return _("Lets offers through again")
    return entry.get_state_display()


def _of(threads: list[Thread]):
    return Message.objects.filter(thread__in=[each.pk for each in threads])


def _notes(threads: list[Thread]) -> list[Note]:
    notes = Note.objects.filter(thread__in=[each.pk for each in threads]).select_related("author")
    return list(notes.order_by("-at", "-pk")[:SHOWN])


def _campaigns(threads: list[Thread]) -> list[dict]:
    """By name, with the last time each was sent to them."""
    sent = _of(threads).filter(priority=Priority.CAMPAIGN, direction=Message.Direction.OUT).exclude(origin="")
    return list(sent.values("origin").annotate(last=Max("occurred_at")).order_by("-last")[:SHOWN])


def _orders(workspace: Workspace, threads: list[Thread]) -> list[Order]:
    carts = _of(threads).filter(type="order", direction=Message.Direction.IN).order_by("-occurred_at", "-pk")
    messages = list(carts.only("thread_id", "occurred_at", "content")[:SHOWN])
    numbers = {message.pk: goods.numbers_in(message.content) for message in messages}
    wanted = {each for named in numbers.values() for each in named[:NAMED]}
    known = goods.of(workspace, wanted)
    return [_order(message, numbers[message.pk], known) for message in messages]


def _order(message: Message, numbers: list[str], known: goods.Known) -> Order:
    """Whatever is no amount counts as nothing: the bubble shows the cart as it came."""
    content = message.content if isinstance(message.content, dict) else {}
    cart = content.get("order")
    items = cart.get("product_items") if isinstance(cart, dict) else None
    items = [each for each in items if isinstance(each, dict)] if isinstance(items, list) else []
    sums: dict[str, Decimal] = defaultdict(Decimal)
    count = 0
    for item in items:
        price, quantity = (money.amount_of(item.get(name)) for name in ("item_price", "quantity"))
        sums[money.currency_of(item.get("currency"))] += (price or 0) * (quantity or 0)
        count += int(quantity or 0)
    totals = [in_words(amount, currency) for currency, amount in sorted(sums.items())]
    rows = [goods.row_of(number, known) for number in numbers[:NAMED]]
    names = [row["known"].name if row["known"] else row["number"] for row in rows]
    return Order(message.thread_id, message.occurred_at, count, totals, names, len(numbers) > NAMED)
