import hashlib
from datetime import timedelta

from django.core.files.base import ContentFile
from django.utils import timezone
from factory import LazyAttribute, LazyFunction, SelfAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory

from meta_integration.models import (
    WABA,
    ConnectAttempt,
    ConnectionEvent,
    DataDeletion,
    GraphCall,
    Incident,
    MediaAsset,
    MediaUpload,
    NumberTraffic,
    PhoneNumber,
    ReconnectLink,
    WebhookDelivery,
    WebhookItemError,
)
from meta_integration.sealed import seal
from workspaces.tests.factories import UserFactory, WorkspaceFactory

TOKEN = "EAAexampleTokenOfATest0123456789"


class WABAFactory(DjangoModelFactory):
    class Meta:
        model = WABA

    workspace = SubFactory(WorkspaceFactory)
    waba_id = Sequence("10000{:010d}".format)
    name = Sequence("Example Account {}".format)
    access_token = LazyAttribute(lambda account: seal(TOKEN, account.workspace.pk))


class PhoneNumberFactory(DjangoModelFactory):
    class Meta:
        model = PhoneNumber

    account = SubFactory(WABAFactory)
    workspace = SelfAttribute("account.workspace")  # One workspace along the whole chain.
    phone_number_id = Sequence("20000{:010d}".format)
    display_phone_number = Sequence("+1 555-02{:02d}-0000".format)
    verified_name = "Example Shop"
    is_registered = True
    is_default = True


class MediaAssetFactory(DjangoModelFactory):
    """A PDF that a person uploaded."""

    class Meta:
        model = MediaAsset

    workspace = SubFactory(WorkspaceFactory)
    origin = MediaAsset.Origin.UPLOADED
    file = LazyFunction(lambda: ContentFile(b"%PDF-1.7 example", name="upload"))
    file_name = Sequence("invoice-{}.pdf".format)
    mime_type = "application/pdf"
    size = 16
    sha256 = Sequence("{:064x}".format)


class MediaUploadFactory(DjangoModelFactory):
    class Meta:
        model = MediaUpload

    number = SubFactory(PhoneNumberFactory)
    workspace = SelfAttribute("number.workspace")
    asset = SubFactory(MediaAssetFactory, workspace=SelfAttribute("..workspace"))
    media_id = Sequence("30000{:010d}".format)
    expires_at = LazyFunction(lambda: timezone.now() + timedelta(days=29))


class ConnectAttemptFactory(DjangoModelFactory):
    """A log-in that waits for the choice between two numbers."""

    class Meta:
        model = ConnectAttempt

    workspace = SubFactory(WorkspaceFactory)
    user = SubFactory(UserFactory)
    access_token = LazyAttribute(lambda attempt: seal(TOKEN, attempt.workspace.pk))
    found = LazyAttribute(lambda attempt: [{"waba_id": "1", "name": "", "numbers": _found("2", "3"), "problem": ""}])


class IncidentFactory(DjangoModelFactory):
    class Meta:
        model = Incident

    account = SubFactory(WABAFactory)
    workspace = SelfAttribute("account.workspace")
    kind = Incident.Kind.CONNECTION_BROKEN
    key = Sequence("connection_broken:{}".format)


class GraphCallFactory(DjangoModelFactory):
    """A send that Meta refused."""

    class Meta:
        model = GraphCall

    account = SubFactory(WABAFactory)
    workspace = SelfAttribute("account.workspace")
    method = "POST"
    path = "{phone_number_id}/messages"
    outcome = GraphCall.Outcome.REFUSED
    milliseconds = 120
    http_status = 400
    code = 131047
    error_class = "window_closed"


class WebhookDeliveryFactory(DjangoModelFactory):
    class Meta:
        model = WebhookDelivery

    body = Sequence(lambda n: b'{"entry": [], "n": %d}' % n)
    body_sha256 = LazyAttribute(lambda delivery: hashlib.sha256(delivery.body).digest())


class WebhookItemErrorFactory(DjangoModelFactory):
    class Meta:
        model = WebhookItemError

    delivery = SubFactory(WebhookDeliveryFactory)
    path = "entry[0].changes[0]"
    field = "messages"
    error = "KeyError at handle_message:1"


def _found(*ids: str) -> list[dict]:
    """Numbers as a log-in finds them."""
    return [{"id": each, "display_phone_number": f"+1 555-020-000{each}", "is_on_biz_app": False} for each in ids]


class ConnectionEventFactory(DjangoModelFactory):
    class Meta:
        model = ConnectionEvent

    number = SubFactory(PhoneNumberFactory)
    account = SelfAttribute("number.account")
    workspace = SelfAttribute("number.workspace")
    what = "quality_rating"
    was, became = "GREEN", "YELLOW"
    source = ConnectionEvent.Source.META


class ReconnectLinkFactory(DjangoModelFactory):
    """One that somebody has opened and not used yet."""

    class Meta:
        model = ReconnectLink

    account = SubFactory(WABAFactory)
    workspace = SelfAttribute("account.workspace")
    created_by = SubFactory(UserFactory, is_support=True)
    reason = "the shop asked for it"
    expires_at = LazyFunction(lambda: timezone.now() + timedelta(hours=48))
    opened_at = LazyFunction(timezone.now)


class NumberTrafficFactory(DjangoModelFactory):
    class Meta:
        model = NumberTraffic

    phone_number_id = Sequence("20000{:010d}".format)
    hour = LazyFunction(lambda: timezone.now().replace(minute=0, second=0, microsecond=0))
    messages, statuses = 3, 12


class DataDeletionFactory(DjangoModelFactory):
    class Meta:
        model = DataDeletion

    confirmation_code = Sequence("example-{}".format)
