"""The support bundle tells what happened, and nothing that is secret or a customer's."""

import io
import json
import zipfile

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse

from inbox.models import Contact, Message, Thread
from inbox.tests.factories import ContactFactory, MessageFactory, ThreadFactory
from meta_integration.models import WABA, ConnectionEvent, GraphCall, Incident
from meta_integration.sealed import seal
from meta_integration.tests.factories import (
    ConnectionEventFactory,
    GraphCallFactory,
    IncidentFactory,
    PhoneNumberFactory,
    WebhookDeliveryFactory,
)
from workspaces import services
from workspaces.desk.bundle import Redactor
from workspaces.models import AuditEntry
from workspaces.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
TOKEN = "EAAtheKnownTokenOfThisTest0123456789abcdefXYZ"
SECRETS = {
    "META_APP_SECRET": "the-known-app-secret-0123456789",
    "META_VERIFY_TOKEN": "the-known-verify-token-0123456789",
    "SECRET_KEY": "the-known-secret-key-0123456789-0123456789-0123456789",
    "EMAIL_HOST_PASSWORD": "the-known-mail-password",
    "DEMO_PASSWORD": "the-known-demo-password",
    "REDIS_URL": None,
}
KEY, PIN = "the-known-master-key-0123456789-0123456789", "482913"
CUSTOMER, NAME, WORDS = "15550309876", "Ozymandias Example", "my order of forty-two teapots"


@pytest.fixture
def number(settings):
    """A shop in trouble, with secrets and customers in every place that a bundle could read."""
    settings.FIELD_ENCRYPTION_KEYS = [KEY]
    for name, secret in SECRETS.items():
        if secret:
            setattr(settings, name, secret)
    number = PhoneNumberFactory(account__access_token=None)
    account = number.account
    account.access_token, number.pin = seal(TOKEN, account.workspace_id), seal(PIN, account.workspace_id)
    account.save()
    number.save()
    everything = " ".join(
        [TOKEN, KEY, f"+{CUSTOMER}", CUSTOMER, "+1 555-030-9876", f"pin={PIN}", *filter(None, SECRETS.values())]
    )
    contact = ContactFactory(workspace=number.workspace, wa_id=CUSTOMER, name=NAME)
    thread = ThreadFactory(number=number, contact=contact, preview=WORDS)
    MessageFactory(thread=thread, body=WORDS, content={"text": {"body": WORDS}})
    MessageFactory(thread=thread, body=WORDS, status="failed", error=everything, error_code=131026)
    WABA.objects.update(state="broken", state_reason=everything[:300], suspicion=everything[:300])
    IncidentFactory(account=account, evidence=everything[:500])
    Incident.objects.create(workspace=number.workspace, kind="account_error", key="x", evidence=everything[-500:])
    ConnectionEventFactory(number=number, became=everything[:300], was=everything[-120:])
    GraphCallFactory(account=account, path=f"{CUSTOMER}/messages", fbtrace_id="AbCtrace", code=190, subcode=460)
    WebhookDeliveryFactory(body=f"{number.phone_number_id} {everything} {WORDS} {NAME}".encode())
    services.note(
        number.workspace, UserFactory(), f"to {CUSTOMER}", everything[:200], reason=everything[:150], to=CUSTOMER
    )
    return number


def download(number, reason: str = "for Meta's support") -> dict[str, str]:
    client = Client()
    client.force_login(UserFactory(is_support=True))
    response = client.post(reverse("support_desk", args=[number.workspace_id]), {"action": "bundle", "reason": reason})
    assert response["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_no_secret_and_nothing_of_a_customer_is_in_it(number):
    files = download(number, reason=f"because of {CUSTOMER}")
    secrets = [TOKEN, KEY, CUSTOMER, CUSTOMER[1:], "555-030-9876", NAME, WORDS, *filter(None, SECRETS.values())]
    secrets += [*filter(None, [django_settings.DATABASES["default"]["PASSWORD"]]), django_settings.REDIS_URL]
    secrets.append(f"pin={PIN}")
    found = [(name, secret) for name, text in files.items() for secret in secrets if secret in text]
    assert not found
    assert Contact.objects.exists() and Thread.objects.exists() and Message.objects.exists()
    assert "…876" in files["incidents.json"]
    assert "[secret]" in files["incidents.json"]


def test_it_tells_what_support_needs(number):
    files = {name: json.loads(text) for name, text in download(number).items()}
    assert set(files) == {
        f"{name}.json"
        for name in ("about", "sections", "doctor", "settings", "incidents", "history", "calls", "errors")
    }
    assert "no longer accepts the access" in files["about.json"]["headline"]
    assert files["about.json"]["versions"]["Django"]
    assert {each["kind"] for each in files["incidents.json"]} == {"connection_broken", "account_error"}
    assert files["errors.json"] == [{"code": 190, "subcode": 460, "count": 1}]
    assert files["calls.json"][0]["fbtrace_id"] == "AbCtrace"
    assert files["settings.json"]["META_APP_SECRET"] == "set"
    assert set(files["settings.json"].values()) == {"set", "empty"}
    assert "database" in {each["name"] for each in files["doctor.json"]}
    assert number.display_phone_number in json.dumps(files["sections.json"])
    assert GraphCall.objects.count() == ConnectionEvent.objects.count() == 1


def test_downloading_is_audited_with_its_reason(number):
    download(number)
    entry = AuditEntry.objects.order_by("-pk").first()
    assert (entry.action, entry.detail) == ("support: Download the support bundle", {"reason": "for Meta's support"})


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("call +1 555-030-1234 now", "call …234 now"),
        ("to 4915550301234.", "to …234."),
        ("555 030 1234", "…234"),
        ("number 200000000000001", "number 200000000000001"),
        ("+1 555-020-0001", "+1 555-020-0001"),
        ("2026-11-23T10:12:00.123456+00:00", "2026-11-23T10:12:00.123456+00:00"),
        ("code 131047, subcode 2494010", "code 131047, subcode 2494010"),
        (15550301234, "…234"),
        (131047, 131047),
        (1.5, 1.5),
        ({"15550301234": [None, True]}, {"…234": [None, True]}),
    ],
)
def test_of_a_phone_number_the_end_is_left_but_the_shops_own_stay(text, left):
    assert Redactor({"200000000000001", "+1 555-020-0001"})(text) == left
