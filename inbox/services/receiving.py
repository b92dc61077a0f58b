"""A customer's message: who, where, once, and what it does to the thread."""

from datetime import UTC, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Case, Q, Value, When
from django.db.models.functions import Greatest
from django.utils import timezone

from inbox import harmless, tasks
from inbox.models import Contact, Message, Thread
from inbox.services import arriving, cases, contacts, previews, targets
from inbox.services.contacts import Identity
from meta_integration.models import MediaAsset, PhoneNumber
from meta_integration.services import inbound_media
from meta_integration.walk import text_in
from workspaces import live, wakeups

WINDOW = timedelta(hours=24)
# Stand-ins that a later delivery with the same id may replace by the real content.
PLACEHOLDERS = ("unsupported", "unknown")


def receive(number: PhoneNumber, content: dict, who: Identity) -> Message | None:
    """Store an inbound message once. A repetition changes nothing, but real content replaces a placeholder."""
    wamid = str(content.get("id") or "")
    if not wamid:
        return None
    known = _known(number, wamid)
    if known:
        return _replace_placeholder(known, content)
    contact = contacts.resolve(number.workspace, who)
    thread = thread_with(number, contact, time_of(content))
    message = _insert(thread, wamid, content, direction=Message.Direction.IN, status=Message.Status.RECEIVED)
    if message is None:
        return _replace_placeholder(_known(number, wamid), content)
    if content.get("type") == "system":
        _follow_the_customer(contact, content)
    else:
        arriving.customer_wrote(thread, message)
    live.touch(number.workspace_id, thread.pk)
    return message


def note_echo(number: PhoneNumber, content: dict, who: Identity) -> Message | None:
    """Store what the shop sent from WhatsApp's own phone app, so that the thread is whole."""
    wamid = str(content.get("id") or "")
    if not wamid or _known(number, wamid):
        return None
    thread = thread_with(number, contacts.resolve(number.workspace, who), time_of(content))
    message = _insert(thread, wamid, content, direction=Message.Direction.OUT, status=Message.Status.SENT)
    if message:
        note_last(thread, message)
        if message.type not in cases.ASKS_NOTHING:
            arriving.person_answered(thread, message)
        live.touch(number.workspace_id, thread.pk)
    return message


def thread_with(number: PhoneNumber, contact: Contact, since: datetime) -> Thread:
    return Thread.objects.get_or_create(
        workspace=number.workspace, number=number, contact=contact, defaults={"last_message_at": since}
    )[0]


def note_last(thread: Thread, message: Message, **changes) -> None:
    """The list's line for this thread. An older message that comes late does not take it over."""
    is_newest = Q(last_message_at__lte=message.occurred_at)
    Thread.objects.filter(pk=thread.pk).update(
        preview=Case(When(is_newest, then=Value(preview_of(message))), default="preview"),
        last_type=Case(When(is_newest, then=Value(message.type)), default="last_type"),
        last_message_at=Greatest("last_message_at", message.occurred_at),
        **changes,
    )
    if message.target_wamid or message.wamid and previews.has_followers(thread, message.wamid):
        previews.follow(thread)


def preview_of(message: Message) -> str:
    """One line for the list; empty where there are no words."""
    return harmless.line(message.body, previews.LONGEST)


def text_of(content: dict) -> str:
    """The words in a message of any type, as far as it has some."""
    kind = str(content.get("type") or "")
    part = content.get(kind)
    if not isinstance(part, dict):
        return ""
    if kind == "edit":  # The words as they are now.
        return text_of(part["message"]) if isinstance(part.get("message"), dict) else ""
    reply = part.get(str(part.get("type")))
    candidates = [part.get("body"), part.get("caption"), part.get("text"), part.get("emoji")]
    candidates += [reply.get("title")] if isinstance(reply, dict) else []
    return next((text for text in candidates if isinstance(text, str) and text), "")


def time_of(content: dict) -> datetime:
    """Meta's time of the event; now where it is missing, unreadable or in the future."""
    now = timezone.now()
    try:
        return min(datetime.fromtimestamp(int(content["timestamp"]), tz=UTC), now)
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        return now


def _known(number: PhoneNumber, wamid: str) -> Message | None:
    return Message.objects.filter(number=number, wamid=wamid).first()


def _insert(thread: Thread, wamid: str, content: dict, **fields) -> Message | None:
    """None when another worker was faster."""
    try:
        with transaction.atomic():
            return Message.objects.create(
                workspace_id=thread.workspace_id,
                thread=thread,
                number_id=thread.number_id,
                wamid=wamid,
                type=str(content.get("type") or "unknown")[:40],
                body=text_of(content),
                content=content,
                target_wamid=targets.target_of(str(content.get("type") or ""), content),
                asset=_expect_file(thread.number, content),
                occurred_at=time_of(content),
                **fields,
            )
    except IntegrityError:
        return None


def _expect_file(number: PhoneNumber, content: dict) -> MediaAsset | None:
    """A worker fetches it; the message does not wait."""
    asset = inbound_media.expect(number, content)
    if asset:
        wakeups.wake_on_commit(tasks.fetch_media)
    return asset


def _replace_placeholder(message: Message | None, content: dict) -> Message | None:
    kind = str(content.get("type") or "unknown")[:40]
    if message and message.type in PLACEHOLDERS and kind not in PLACEHOLDERS:
        message.type, message.body, message.content = kind, text_of(content), content
        message.asset = _expect_file(message.number, content)
        message.save(update_fields=["type", "body", "content", "asset"])
        note_last(message.thread, message)
        live.touch(message.workspace_id, message.thread_id)
    return message


def _follow_the_customer(contact: Contact, content: dict) -> None:
    """A customer changed the phone number or was given a new user id: the thread goes on with the new one."""
    system = content.get("system")
    new = Identity(wa_id=text_in(system, "wa_id") or text_in(system, "new_wa_id"), user_id=text_in(system, "user_id"))
    if new:
        contacts.follow(contact, new)
