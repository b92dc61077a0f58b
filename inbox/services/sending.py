"""Queueing: all that can be decided about a message is decided here, before its row is written."""

from collections.abc import Mapping
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from inbox import kinds, outgoing, tasks
from inbox.models import Message, Priority, Thread
from inbox.outgoing import BadMessage, Outgoing
from inbox.services import arriving, cases, consent, fitting, holds, receiving, targets, work
from inbox.services.moves import move_messages
from meta_integration.models import MediaAsset
from meta_integration.services import media
from templates_app.models import MessageTemplate
from templates_app.services import render as rendering
from workspaces import live, wakeups
from workspaces import services as workspaces
from workspaces.models import User

OLDEST_TO_REACT_TO = timedelta(days=30)

TAKEN_BACK = gettext_noop("%(who)s took it back before it went out.")


class CannotSend(Exception):
    """The message cannot be queued. The text says why and what to do, in the agent's words."""


class WindowClosed(CannotSend):
    def __init__(self):
        super().__init__(
            _(
                "Not sent. The customer last wrote more than 24 hours ago, and WhatsApp allows free text only within "
                "24 hours. Send a template, or wait until they write again."
            )
        )


class CannotFill(CannotSend):
    """Values are missing, or are none that Meta takes. `problems` says of each gap what is wrong, by its key."""

    def __init__(self, problems: dict[str, str]):
        super().__init__(_("Not sent. %(why)s") % {"why": " ".join(problems.values())})
        self.problems = problems


def reply(thread: Thread, text: str, *, author: User, key: str = "", file: MediaAsset | None = None) -> Message:
    """Queue an agent's answer: a text, a file, or a file with the text under it. Raises CannotSend."""
    text = text.strip()
    if not text and file is None:
        raise CannotSend(_("There is nothing to send yet: write something first."))
    try:
        built = outgoing.of_file(file, text) if file else outgoing.text(text)
    except BadMessage as exc:
        raise CannotSend(_("Not sent. %(why)s") % {"why": exc}) from None
    return queue(thread, built, author=author, key=key)


@transaction.atomic
def queue(
    thread: Thread,
    built: Outgoing,
    *,
    author: User | None = None,
    key: str = "",
    priority: int = Priority.AGENT,
    in_reply_to: Message | None = None,
    origin: str = "",
) -> Message:
    """Queue what a builder of `outgoing` made; the number's pump sends it after commit. Raises CannotSend.

    The same key twice is one message. `origin` says what sends it where no person does. Templates have a function of
    their own.
    """
    if in_reply_to:
        built = _answering(in_reply_to, built)
    if already := _already(thread, built, key):
        return already
    if not thread.is_window_open():
        raise WindowClosed
    _check_quoted(thread, built)
    return _queue(thread, built, author=author, key=key, priority=priority, origin=origin)


@transaction.atomic
def queue_template(
    thread: Thread,
    template: MessageTemplate,
    values: Mapping,
    *,
    author: User | None = None,
    key: str = "",
    priority: int = Priority.AGENT,
    origin: str = "",
) -> Message:
    """Queue a template, its gaps filled by their keys, whether the window is open or not. Raises CannotSend.

    CannotFill says which gaps are at fault. The same key twice is one message. Whether the template may be sent is
    looked at again when the message is claimed: stopped meanwhile, it waits.
    """
    rendered = _rendered(template, values)
    built = Outgoing("template", rendered.content, rendered.shown)
    if already := _already(thread, built, key):
        return already
    if template.account_id != thread.number.account_id:
        raise CannotSend(_("Not sent. This template belongs to another account. Choose one of this number's."))
    if why := holds.why(template):
        raise CannotSend(_("Not sent. %(why)s Choose another template.") % {"why": why})
    if why := consent.why_not(thread.contact, template.category):
        raise CannotSend(_("Not sent. %(why)s") % {"why": why})
    made = {"origin": origin, "parts": rendered.parts, "filling": fitting.filling_of(template, values)}
    return _queue(thread, built, author=author, key=key, priority=priority, template=template, **made)


def _rendered(template: MessageTemplate, values: Mapping) -> rendering.Rendered:
    try:
        return rendering.render(template, values)
    except rendering.MissingValues as exc:
        labels = {gap.key: gap.label for gap in rendering.gaps(template)}
        missing = {key: _("%(what)s is missing.") % {"what": labels.get(key, key)} for key in exc.keys}
        raise CannotFill(missing) from None
    except rendering.WrongValue as exc:
        raise CannotFill({exc.key: exc.words}) from None


def _already(thread: Thread, built: Outgoing, key: str) -> Message | None:
    """The message that this key has queued before. Raises CannotSend if it was another."""
    already = Message.objects.for_workspace(thread.workspace).filter(idempotency_key=key).first() if key else None
    if already is None or (already.thread_id, already.type, already.content) == (thread.pk, built.type, built.content):
        return already
    raise CannotSend(
        _("Your earlier text was taken after all: “%(text)s”. The new text was not sent. Press Send to send it too.")
        % {"text": receiving.preview_of(already) or kinds.name_of(already)}
    )


def _queue(thread: Thread, built: Outgoing, *, author: User | None, key: str, **fields) -> Message:
    if thread.contact.blocked_at:
        raise CannotSend(_("Not sent. Your shop blocked this customer. Unblock them first, then send it again."))
    try:
        files = media.assets_for(thread.workspace, built.content)
    except media.WrongFile as exc:
        raise CannotSend(_("Not sent. %(why)s") % {"why": exc}) from None
    fields |= {"type": built.type, "body": built.body, "content": built.content}
    fields["target_wamid"] = targets.target_of(built.type, built.content)
    # What the thread shows is the message's own file. A carousel has several, and shows none.
    return _insert(thread, author, key, asset=files[0] if len(files) == 1 else None, **fields)


def settle_unknown(message: Message, actor: User, *, went_out: bool) -> bool:
    """A person's verdict on a message that WhatsApp did not confirm. False where it is no longer unknown."""
    is_unknown = {"status": Message.Status.UNKNOWN}
    to = Message.Status.SENT if went_out else Message.Status.QUEUED
    if not move_messages([message.pk], to, where=is_unknown, error="", not_before=timezone.now()):
        return False
    what = "said that a message went out" if went_out else "sent a message again"
    workspaces.note(message.workspace, actor, what, f"message {message.pk}")
    live.touch(message.workspace_id, message.thread_id)
    if not went_out:
        wakeups.wake_on_commit(tasks.pump, message.number_id)
    return True


def take_back(message: Message, actor: User) -> bool:
    """A message that waits is not sent after all. False where it waits no more."""
    why = TAKEN_BACK % {"who": actor.label}
    if not move_messages([message.pk], Message.Status.CANCELLED, error=why[:500]):
        return False
    workspaces.note(message.workspace, actor, "took a message back", f"message {message.pk}")
    live.touch(message.workspace_id, message.thread_id)
    return True


def _answering(quoted: Message, built: Outgoing) -> Outgoing:
    try:
        return built.quoting(quoted.wamid or "")
    except BadMessage as exc:
        raise CannotSend(_("Not sent. %(why)s") % {"why": exc}) from None


def _check_quoted(thread: Thread, built: Outgoing) -> None:
    """What is answered, or reacted to, stands in this thread, and WhatsApp still knows it."""
    in_thread = Message.objects.for_workspace(thread.workspace).filter(thread=thread)
    if "context" in built.content and not in_thread.filter(wamid=built.content["context"]["message_id"]).exists():
        raise CannotSend(_("Not sent: the message you answer is not part of this conversation."))
    if built.type != "reaction":
        return
    target = in_thread.filter(wamid=built.content["reaction"]["message_id"]).first()
    if target is None:
        raise CannotSend(_("Not sent: the message you react to is not part of this conversation."))
    if target.type == "reaction":
        raise CannotSend(_("Not sent: WhatsApp takes no reaction to a reaction."))
    if target.occurred_at < timezone.now() - OLDEST_TO_REACT_TO:
        raise CannotSend(_("Not sent: WhatsApp takes reactions only to messages of the last 30 days."))


def _insert(thread: Thread, author: User | None, key: str, **fields) -> Message:
    try:
        with transaction.atomic():
            message = Message.objects.create(
                workspace_id=thread.workspace_id,
                thread=thread,
                number_id=thread.number_id,
                direction=Message.Direction.OUT,
                status=Message.Status.QUEUED,
                author=author,
                idempotency_key=key or None,
                occurred_at=timezone.now(),
                **fields,
            )
    except IntegrityError:  # The same key, at the same moment.
        return Message.objects.for_workspace(thread.workspace).get(idempotency_key=key)
    receiving.note_last(thread, message)
    if author and message.priority == Priority.AGENT and message.type not in cases.ASKS_NOTHING:
        work.take_if_nobodys(thread, author)
        arriving.person_answered(thread, message)
    live.touch(thread.workspace_id, thread.pk)
    wakeups.wake_on_commit(tasks.pump, thread.number_id)
    return message
