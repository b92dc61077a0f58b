"""The life of a webhook: verify, record, then - in a worker - walk every item and hand each to its handler."""

import hashlib
import hmac
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import timedelta

import structlog
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Q
from django.db.models.functions import Length
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.module_loading import import_string
from psycopg import Cursor

from meta_integration import walk
from meta_integration.models import WABA, Incident, PhoneNumber, WebhookDelivery, WebhookItemError
from meta_integration.services import incidents, traffic
from meta_integration.walk import Item
from workspaces.bulk import update_each

log = structlog.get_logger(__name__)
BATCH, BATCH_BYTES = 500, 4 * 1024 * 1024
MOST_ATTEMPTS = 5
State = WebhookDelivery.State
# PostgreSQL's classes of errors: connection lost, transaction rolled back, out of resources, object in use, shut down.
SERVERS_FAULT = {"08", "40", "53", "55", "57"}
INSERT = (
    "INSERT INTO meta_integration_webhookdelivery (body_sha256, body)"
    " SELECT * FROM unnest(%b::bytea[], %b::bytea[]) ON CONFLICT (body_sha256) DO NOTHING"
)


class UnknownNumber(Exception):
    """A handler met a number that no workspace has connected. Its delivery is replayed when one does."""

    def __init__(self, phone_number_id: str):
        super().__init__("number not connected")
        self.phone_number_id = phone_number_id


def in_bulk(handler):
    """Marks a handler that takes all items of a batch at once, in one statement rather than one by one.

    It returns the items whose number no workspace has connected, in place of raising `UnknownNumber`.
    """
    handler.takes_many = True
    return handler


# At the door -------------------------------------------------------------------------------------------------------
def is_signed_by_meta(body: bytes, signature: str) -> bool:
    """HMAC-SHA256 of the raw bytes with the app secret, in constant time. An empty secret signs nothing."""
    if not settings.META_APP_SECRET:
        raise ImproperlyConfigured("META_APP_SECRET is empty")
    expected = hmac.new(settings.META_APP_SECRET.encode(), body, hashlib.sha256).hexdigest()
    return constant_time_compare(f"sha256={expected}", signature)


def record(bodies: list[tuple[bytes, bytes]], connection: BaseDatabaseWrapper) -> None:
    """One INSERT of the raw bytes, each body beside its SHA-256. The same bytes twice are one row."""
    connection.ensure_connection()
    with connection.wrap_database_errors, Cursor(connection.connection) as cursor:
        # Past Django's own cursor, which would write the bytes into the SQL as text.
        cursor.execute(INSERT, [list(column) for column in zip(*bodies, strict=True)], prepare=True)


# In a worker -------------------------------------------------------------------------------------------------------
def process_waiting(limit: int = BATCH) -> int:
    """Process up to `limit` waiting deliveries; return how many were taken.

    Claim, effects and mark are one transaction: a worker that dies leaves the rows to the next one, as if untouched.
    """
    try:
        with transaction.atomic():
            deliveries = _claim(limit)
            _process_together(deliveries)
        return len(deliveries)
    except Exception as exc:  # noqa: BLE001 - two workers in each other's way, or one delivery nobody can process
        log.warning("batch of webhooks taken one by one", reason=type(exc).__name__)
        return _process_one_by_one(limit)


def replay(deliveries) -> int:
    """Process these again (a queryset). Handlers are harmless to run twice."""
    return deliveries.update(state=State.RECEIVED, retry_at=timezone.now(), attempts=0)


def replay_for_numbers(phone_number_ids: list[str]) -> int:
    """A workspace connected these numbers: what was kept for them is processed now."""
    wanted = Q()
    for phone_number_id in phone_number_ids:
        wanted |= Q(unknown_numbers__contains=[phone_number_id])
        incidents.close_incidents(Incident.Kind.UNKNOWN_NUMBER, phone_number_id, "the number was connected")
    return replay(WebhookDelivery.objects.filter(wanted).exclude(unknown_numbers=[]))


def retry_failed_items() -> int:
    """Deliveries with an unsolved item and tries left wait again, each time longer."""
    now = timezone.now()
    tries_left = WebhookDelivery.objects.filter(
        state=State.PROCESSED, failed_count__gt=0, attempts__lt=MOST_ATTEMPTS, retry_at__lt=now
    )
    return tries_left.update(state=State.RECEIVED, retry_at=now)


def replay_parked() -> int:
    """What was kept for numbers connected within the last day, should the replay at the connecting have missed it."""
    lately = timezone.now() - timedelta(days=1)
    numbers = PhoneNumber.objects.filter(state=PhoneNumber.State.CONNECTED, account__connected_at__gt=lately)
    ids = list(numbers.values_list("phone_number_id", flat=True))
    return replay_for_numbers(ids) if ids else 0


def trim(slice_size: int = 2000) -> int:
    """Delete old deliveries, in slices: they hold customers' words. Bodies are not read for it."""
    oldest = timezone.now() - timedelta(days=settings.WEBHOOK_RETENTION_DAYS)
    old = WebhookDelivery.objects.filter(received_at__lt=oldest).exclude(state=State.RECEIVED)
    count = 0
    while pks := list(old.values_list("pk", flat=True)[:slice_size]):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM meta_integration_webhookitemerror WHERE delivery_id = ANY(%s)", [pks])
            cursor.execute("DELETE FROM meta_integration_webhookdelivery WHERE id = ANY(%s)", [pks])
        count += len(pks)
    return count


def _claim(limit: int) -> list[WebhookDelivery]:
    """In the order of the index `delivery_waiting`: those kept from earlier days are not walked past."""
    waiting = WebhookDelivery.objects.filter(state=State.RECEIVED, retry_at__lte=timezone.now())
    waiting = waiting.order_by("retry_at", "id").select_for_update(skip_locked=True)
    pks, size = [], 0
    # A body may have 3 MB: how long they are is known without reading them.
    for pk, length in waiting.annotate(length=Length("body")).values_list("pk", "length")[:limit]:
        size += length
        if pks and size > BATCH_BYTES:
            break
        pks.append(pk)
    return list(WebhookDelivery.objects.filter(pk__in=pks).order_by("retry_at", "id"))


def _process_one_by_one(limit: int) -> int:
    """As a batch, but each delivery in its own transaction, so that a bad one is found and set aside."""
    waiting = WebhookDelivery.objects.filter(state=State.RECEIVED, retry_at__lte=timezone.now())
    pks = list(waiting.order_by("retry_at", "id").values_list("pk", flat=True)[:limit])
    for pk in pks:
        try:
            with transaction.atomic():
                _process_together(
                    list(
                        WebhookDelivery.objects.select_for_update(skip_locked=True).filter(pk=pk, state=State.RECEIVED)
                    )
                )
        except Exception as exc:  # noqa: BLE001 - whatever it is, it must cost this delivery only
            _note_failure(pk, exc)
    return len(pks)


def _note_failure(pk: int, exc: Exception) -> None:
    delivery = WebhookDelivery.objects.get(pk=pk)
    attempts = delivery.attempts + 1
    WebhookDelivery.objects.filter(pk=pk).update(
        attempts=attempts,
        state=State.FAILED if attempts >= MOST_ATTEMPTS else State.RECEIVED,
        retry_at=timezone.now() + _pause(attempts),
        error=where_it_failed(exc),
    )


# One batch ---------------------------------------------------------------------------------------------------------
@dataclass
class _Outcome:
    """What became of one delivery's items."""

    items: int = 0
    unhandled: int = 0
    unknown_numbers: set = field(default_factory=set)
    traffic: Counter = field(default_factory=Counter)
    failures: dict = field(default_factory=dict)


def _process_together(deliveries: list[WebhookDelivery]) -> None:
    outcomes = {delivery.pk: _Outcome() for delivery in deliveries}
    many = defaultdict(list)
    for delivery in deliveries:
        for item in _items(delivery):
            outcome = outcomes[delivery.pk]
            outcome.items += 1
            if item.field in traffic.COUNTED and delivery.processed_at is None:
                hour = traffic.hour_of(delivery.received_at)
                outcome.traffic[item.phone_number_id[:64], hour, traffic.COUNTED[item.field]] += 1
            handler = _handler(item.field)
            if handler is None:
                outcome.unhandled += 1
            elif getattr(handler, "takes_many", False):
                many[handler].append(item)
            else:
                _run(handler, item, outcome)
    for handler, items in many.items():
        _run_many(handler, items, outcomes)
    _settle(deliveries, outcomes)


def _items(delivery: WebhookDelivery) -> list[Item]:
    try:
        return walk.items_of(walk.parse(bytes(delivery.body)), delivery.pk, delivery.received_at)
    except (ValueError, RecursionError):
        delivery.state = State.BROKEN
        return []


def shops_in(delivery: WebhookDelivery) -> dict[str, str]:
    """Whose each item is, by its path: the shop that has the account now. Nobody's are left out."""
    accounts = {item.path: item.waba_id for item in _items(delivery)}
    live = WABA.objects.filter(waba_id__in=set(accounts.values())).exclude(state=WABA.State.DISCONNECTED)
    shops = {account.waba_id: str(account.workspace) for account in live.select_related("workspace")}
    return {path: shops[waba_id] for path, waba_id in accounts.items() if waba_id in shops}


def _handler(name: str):
    path = settings.META_WEBHOOK_HANDLERS.get(name)
    return import_string(path) if path else None


def _run(handler, item: Item, outcome: _Outcome) -> None:
    """In a savepoint: one bad item costs itself only."""
    try:
        with transaction.atomic():
            handler(item)
    except UnknownNumber as exc:
        outcome.unknown_numbers.add(exc.phone_number_id)
    except Exception as exc:
        _raise_if_not_the_items_fault(exc)
        outcome.failures[item.path] = (item.field, where_it_failed(exc))


def _raise_if_not_the_items_fault(exc: Exception) -> None:
    """A deadlock or a server that went away says nothing about an item: all of the transaction is done again."""
    if isinstance(exc, OperationalError | InterfaceError):
        state = getattr(exc.__cause__, "sqlstate", None)
        if state is None or state[:2] in SERVERS_FAULT:
            raise exc


def _run_many(handler, items: list[Item], outcomes: dict) -> None:
    """All at once; where one of them is bad, each half by itself, until the bad one stands alone."""
    try:
        with transaction.atomic():
            for stranger in handler(items):
                outcomes[stranger.delivery_pk].unknown_numbers.add(stranger.phone_number_id)
    except Exception as exc:
        _raise_if_not_the_items_fault(exc)
        if len(items) == 1:
            outcomes[items[0].delivery_pk].failures[items[0].path] = (items[0].field, where_it_failed(exc))
            return
        middle = len(items) // 2
        _run_many(handler, items[:middle], outcomes)
        _run_many(handler, items[middle:], outcomes)


def _settle(deliveries: list[WebhookDelivery], outcomes: dict) -> None:
    now = timezone.now()
    for delivery in deliveries:
        outcome = outcomes[delivery.pk]
        delivery.attempts += 1
        delivery.item_count, delivery.unhandled_count = outcome.items, outcome.unhandled
        delivery.failed_count = len(outcome.failures)
        delivery.unknown_numbers = sorted(outcome.unknown_numbers)
        delivery.processed_at, delivery.retry_at = now, now + _pause(delivery.attempts)
        if delivery.state == State.BROKEN:
            delivery.error = "The body is not JSON. It is kept as it came."
        else:
            delivery.state, delivery.error = State.PROCESSED, ""
    columns = ["state", "attempts", "item_count", "unhandled_count", "failed_count", "unknown_numbers", "error"]
    columns += ["id", "processed_at", "retry_at"]
    update_each(WebhookDelivery, [{column: getattr(each, column) for column in columns} for each in deliveries])
    _keep_item_errors(outcomes)
    traffic.add(sum((outcome.traffic for outcome in outcomes.values()), Counter()))
    for phone_number_id in set().union(*(outcome.unknown_numbers for outcome in outcomes.values())):
        incidents.open_incident(Incident.Kind.UNKNOWN_NUMBER, phone_number_id, evidence=f"number {phone_number_id}")


def _keep_item_errors(outcomes: dict) -> None:
    failed = [
        WebhookItemError(delivery_id=pk, path=path[:120], field=name[:120], error=error)
        for pk, outcome in outcomes.items()
        for path, (name, error) in outcome.failures.items()
    ]
    again = {(each.delivery_id, each.path) for each in failed}
    known = WebhookItemError.objects.filter(delivery_id__in=outcomes, resolved_at=None)
    solved = [each.pk for each in known if (each.delivery_id, each.path) not in again]
    WebhookItemError.objects.filter(pk__in=solved).update(resolved_at=timezone.now())
    if failed:
        WebhookItemError.objects.bulk_create(
            failed,
            update_conflicts=True,
            unique_fields=["delivery", "path"],
            update_fields=["error", "field", "resolved_at"],
        )


def _pause(attempts: int) -> timedelta:
    return timedelta(seconds=min(2 * 4**attempts, 3600))


def where_it_failed(exc: Exception) -> str:
    """The error's kind and place. Not its text: that may hold a customer's words or a secret."""
    frame = exc.__traceback__
    while frame and frame.tb_next and "site-packages" not in frame.tb_next.tb_frame.f_code.co_filename:
        frame = frame.tb_next
    place = f" at {frame.tb_frame.f_code.co_name}:{frame.tb_lineno}" if frame else ""
    return f"{type(exc).__name__}{place}"[:300]
