from datetime import timedelta

from django.utils import timezone
from factory import LazyFunction, SelfAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory

from inbox.models import Contact, Message, MessageStatus, OrphanStatus, Thread
from meta_integration.tests.factories import PhoneNumberFactory
from workspaces.tests.factories import WorkspaceFactory


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
