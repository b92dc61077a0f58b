from datetime import timedelta

from django.utils import timezone
from factory import LazyFunction, SelfAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory

from inbox.models import (
    Agent,
    CannedReply,
    Case,
    ConsentEntry,
    Contact,
    InboxSettings,
    Mention,
    Message,
    MessageStatus,
    Note,
    OrphanStatus,
    SavedView,
    Tag,
    Thread,
    ThreadEvent,
)
from meta_integration.tests.factories import PhoneNumberFactory
from workspaces.tests.factories import UserFactory, WorkspaceFactory


class ContactFactory(DjangoModelFactory):
    class Meta:
        model = Contact

    workspace = SubFactory(WorkspaceFactory)
    wa_id = Sequence("1555030{:04d}".format)
    name = Sequence("Example Customer {}".format)


class ThreadFactory(DjangoModelFactory):
    """A thread whose window is open for twelve more hours."""

    class Meta:
        model = Thread

    number = SubFactory(PhoneNumberFactory)
    workspace = SelfAttribute("number.workspace")
    contact = SubFactory(ContactFactory, workspace=SelfAttribute("..workspace"))
    window_expires_at = LazyFunction(lambda: timezone.now() + timedelta(hours=12))


class MessageFactory(DjangoModelFactory):
    """A queued text of the shop's."""

    class Meta:
        model = Message

    thread = SubFactory(ThreadFactory)
    workspace = SelfAttribute("thread.workspace")
    number = SelfAttribute("thread.number")
    direction = Message.Direction.OUT
    type = "text"
    body = "Hello"
    content = LazyFunction(lambda: {"text": {"body": "Hello"}})
    status = Message.Status.QUEUED


class MessageStatusFactory(DjangoModelFactory):
    class Meta:
        model = MessageStatus

    message = SubFactory(MessageFactory)
    workspace = SelfAttribute("message.workspace")
    status = "sent"
    at = LazyFunction(timezone.now)


class OrphanStatusFactory(DjangoModelFactory):
    class Meta:
        model = OrphanStatus

    number = SubFactory(PhoneNumberFactory)
    workspace = SelfAttribute("number.workspace")
    wamid = Sequence("wamid.stranger-{}".format)
    status = "sent"
    at = LazyFunction(timezone.now)


class TagFactory(DjangoModelFactory):
    class Meta:
        model = Tag

    workspace = SubFactory(WorkspaceFactory)
    name = Sequence("example tag {}".format)


class ConsentEntryFactory(DjangoModelFactory):
    class Meta:
        model = ConsentEntry

    contact = SubFactory(ContactFactory)
    workspace = SelfAttribute("contact.workspace")
    state = "SUBSCRIBED"
    source = "keyword"


class CaseFactory(DjangoModelFactory):
    """An open one, begun an hour ago."""

    class Meta:
        model = Case

    thread = SubFactory(ThreadFactory)
    workspace = SelfAttribute("thread.workspace")
    number = SelfAttribute("thread.number")
    opened_at = LazyFunction(lambda: timezone.now() - timedelta(hours=1))


class ThreadEventFactory(DjangoModelFactory):
    class Meta:
        model = ThreadEvent

    thread = SubFactory(ThreadFactory)
    workspace = SelfAttribute("thread.workspace")
    kind = "status"
    detail = LazyFunction(lambda: {"to": "RESOLVED"})


class NoteFactory(DjangoModelFactory):
    class Meta:
        model = Note

    thread = SubFactory(ThreadFactory)
    workspace = SelfAttribute("thread.workspace")
    author = SubFactory(UserFactory)
    text = "An example note"


class MentionFactory(DjangoModelFactory):
    class Meta:
        model = Mention

    note = SubFactory(NoteFactory)
    workspace = SelfAttribute("note.workspace")
    user = SubFactory(UserFactory)


class CannedReplyFactory(DjangoModelFactory):
    class Meta:
        model = CannedReply

    workspace = SubFactory(WorkspaceFactory)
    shortcut = Sequence("example-{}".format)
    text = "An example answer"


class SavedViewFactory(DjangoModelFactory):
    class Meta:
        model = SavedView

    workspace = SubFactory(WorkspaceFactory)
    name = Sequence("Example view {}".format)
    query = "status=OPEN"


class AgentFactory(DjangoModelFactory):
    class Meta:
        model = Agent

    workspace = SubFactory(WorkspaceFactory)
    user = SubFactory(UserFactory)


class InboxSettingsFactory(DjangoModelFactory):
    class Meta:
        model = InboxSettings

    workspace = SubFactory(WorkspaceFactory)
