"""A token lies encrypted in its column and travels in the Authorization header, and is nowhere else.

The one exception is Meta's: `debug_token` takes the token it is asked about as the parameter `input_token` only. The
PIN travels in the body of `register`, the app's secret in the body of the code's exchange and as the app's own token.

Every test goes through the real pages with Meta faked at the transport, gathers all that can be read afterwards, and
looks in it for the secrets: as they are, in hex, and in base64 at any alignment.
"""

import base64
import contextlib
import io
import json
import logging
import pickle
import re
import traceback
import zipfile
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import structlog
from cryptography.fernet import InvalidToken
from django.conf import settings as django_settings
from django.contrib import admin
from django.contrib.sessions.models import Session
from django.core import serializers
from django.core.exceptions import FieldError
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils.module_loading import import_string

from galantis.logs import redact
from inbox.models import Message
from inbox.outbox.pump import pump
from inbox.services import sending
from inbox.tests.factories import ThreadFactory
from meta_integration.graph.errors import GraphError
from meta_integration.models import WABA, ConnectAttempt, PhoneNumber
from meta_integration.sealed import Sealed, seal
from meta_integration.services import clients
from meta_integration.tests.factories import ConnectAttemptFactory, PhoneNumberFactory, WABAFactory
from workspaces.models import User, Workspace
from workspaces.tests.factories import MembershipFactory, UserFactory, WorkspaceFactory
from workspaces.valkey import client as valkey

pytestmark = pytest.mark.django_db
TOKEN = "EAAtheKnownTokenOfThisTest0123456789abcdefXYZ"
APP_SECRET = "the-known-app-secret-0123456789abcdef"
PIN = "482913"
GRAPH = "https://graph.facebook.com/v23.0"
WABA_ID, NUMBER_ID = "100000000000001", "200000000000001"

# What Meta answers at each step of connecting and sending, when all goes well.
STEPS = {
    "oauth/access_token": {"access_token": TOKEN, "token_type": "bearer"},
    "debug_token": {
        "data": {
            "app_id": "900000000000001",
            "is_valid": True,
            "granular_scopes": [
                {"scope": "whatsapp_business_management", "target_ids": [WABA_ID]},
                {"scope": "whatsapp_business_messaging", "target_ids": [WABA_ID]},
            ],
        }
    },
    WABA_ID: {"id": WABA_ID, "name": "Example Shop"},
    f"{WABA_ID}/phone_numbers": {"data": [{"id": NUMBER_ID, "display_phone_number": "+1 555-020-0001"}]},
    f"{NUMBER_ID}/register": {"success": True},
    f"{WABA_ID}/subscribed_apps": {"success": True},
    f"{NUMBER_ID}/messages": {"messages": [{"id": "wamid.known"}]},
}
POSTED = {"oauth/access_token", f"{NUMBER_ID}/register", f"{WABA_ID}/subscribed_apps", f"{NUMBER_ID}/messages"}


def error(code: int, message: str) -> dict:
    return {"status": 400, "json": {"error": {"message": message, "code": code, "type": "OAuthException"}}}


# What Meta, the network and our own program do instead. Meta does repeat a token in its message about it.
BREAKS = {
    "token rejected": error(190, f"Malformed access token {TOKEN}"),
    "unheard-of error": error(987654, f"The token {TOKEN} is not to our taste"),
    "wrong PIN": error(133005, f"The PIN {PIN} is not the PIN"),
    "a page of HTML": {"status": 502, "body": f"<html>Bad gateway for {TOKEN}</html>"},
    "JSON of another kind": {"json": [TOKEN]},
    "no connection": {"body": requests.ConnectionError(f"Max retries exceeded with url: /x?input_token={TOKEN}")},
    "no answer": {"body": requests.ReadTimeout(f"HTTPSConnectionPool: /x?access_token={TOKEN}")},
    "a fault of the program": {"body": RuntimeError("boom")},
}


# Looking --------------------------------------------------------------------------------------------------------------
def shapes(secret: str) -> set[str]:
    """The secret as it is, in hex, and as it looks inside base64 of something longer."""
    seen = {secret, secret.encode().hex(), secret.encode().hex().upper()}
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + secret.encode()).decode()
        middle = encoded[(shift * 8 + 5) // 6 : (shift + len(secret)) * 8 // 6]
        seen |= {middle, middle.translate(str.maketrans("+/", "-_"))}
    return seen


def found(places: dict) -> list[str]:
    """Each secret in each place. Six digits are in many a number: a PIN counts where it stands alone."""
    secrets, hits = {"token": TOKEN, "app secret": APP_SECRET, "PIN": PIN, **passwords()}, []
    for place, content in places.items():
        text = content.decode("latin-1") if isinstance(content, bytes) else content
        for name, shape in [(name, shape) for name, secret in secrets.items() for shape in shapes(secret)]:
            if shape in text and (shape != PIN or re.search(rf"(?<![0-9A-Za-z.]){PIN}(?![0-9A-Za-z])", text)):
                at = text.index(shape)
                hits.append(f"{name} in {place}: …{text[max(at - 80, 0) : at + 60]!r}")
    return hits


def passwords() -> dict:
    """Of the stores: settings that an error page may not show either."""
    ours = {"PostgreSQL's": django_settings.DATABASES["default"]["PASSWORD"]}
    ours["Valkey's"] = urlsplit(django_settings.REDIS_URL).password
    return {f"{name} password": value for name, value in ours.items() if value}


@pytest.fixture
def logs():
    """{place: text} of all loggers at DEBUG: as they were called, and as our formatter and filters leave it."""
    root, level = logging.getLogger(), logging.getLogger().level
    places = {"log line before the net": io.StringIO(), "log line": io.StringIO()}
    bare, ours = (logging.StreamHandler(stream) for stream in places.values())
    ours.setFormatter(import_string(django_settings.LOGGING["formatters"]["line"]["()"])())
    ours.addFilter(import_string(django_settings.LOGGING["filters"]["redact"]["()"])())
    root.handlers[:0] = [bare, ours]  # Before the others, whose filters change the record.
    root.setLevel(logging.DEBUG)
    yield lambda: {place: stream.getvalue() for place, stream in places.items()}
    root.setLevel(level)
    root.removeHandler(bare)
    root.removeHandler(ours)


def stores() -> dict:
    """Everything in PostgreSQL (bytes come out in hex) and in Valkey (queued tasks and sessions too)."""
    places = {f"session {row.pk}": repr(row.get_decoded()) for row in Session.objects.all()}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT t::text FROM "{table}" t')  # noqa: S608
            places[f"table {table}"] = "\n".join(row for (row,) in cursor.fetchall())
    for key in valkey().scan_iter():
        read = {b"string": valkey().get, b"list": lambda key: repr(valkey().lrange(key, 0, -1))}
        places[f"Valkey {key}"] = read.get(valkey().type(key), lambda key: repr(valkey().dump(key)))(key)
    return places


def admin_pages(*users: User) -> dict:
    """Every list and every row of every admin, the inbox and its threads, the support desk and the doctor."""
    urls = [reverse("inbox:list"), reverse("admin:index"), reverse("support_desk_list"), reverse("doctor")]
    urls += [reverse("support_desk", args=[pk]) for pk in Workspace.objects.values_list("pk", flat=True)]
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        urls.append(reverse(f"{name}_changelist"))
        for pk in model._base_manager.values_list("pk", flat=True):
            urls += [reverse(f"{name}_change", args=[pk]), reverse(f"{name}_history", args=[pk])]
    places = {}
    for user in users:
        client = Client()
        client.force_login(user)
        for url in urls:
            places |= page(f"{url} as {user}", client.get(url, follow=True))
    return places


def support_pages(account: WABA) -> dict:
    """All that support can press and download about an account, and what the doctor says of it on page and command."""
    client = Client(raise_request_exception=False)
    client.force_login(UserFactory(is_support=True))
    desk, places = reverse("support_desk", args=[account.workspace_id]), {}
    for action in ("check", "resubscribe", "release", "cancel"):
        data = {"action": action, "reason": "a look", "account": account.pk, "number": account.numbers.first().pk}
        places |= page(f"support desk: {action}", client.post(desk, data, follow=True))
    bundle = client.post(desk, {"action": "bundle", "reason": "a look"})
    with zipfile.ZipFile(io.BytesIO(bundle.content)) as archive:
        places |= {f"support bundle: {name}": archive.read(name) for name in archive.namelist()}
    places |= page("doctor, asking Meta", client.post(reverse("doctor")))
    for arguments in (["--json"], []):
        out = io.StringIO()
        with contextlib.suppress(SystemExit):
            call_command("doctor", *arguments, stdout=out)
        assert "database" in out.getvalue()
        places[f"manage.py doctor {arguments}"] = out.getvalue()
    return places


def page(name: str, response) -> dict:
    return {name: response.serialize_headers() + response.content}


# Doing ----------------------------------------------------------------------------------------------------------------
@pytest.fixture
def owner(settings):
    settings.META_APP_SECRET = APP_SECRET
    return MembershipFactory().user


def meta(graph, **broken) -> None:
    """Meta as it should be, but for the broken steps."""
    graph.reset()
    for path, answer in STEPS.items():
        graph.add("POST" if path in POSTED else "GET", f"{GRAPH}/{path}", **broken.get(path, {"json": answer}))


def connect(user: User) -> dict:
    """Log in at Meta, choose the number, type the PIN: as far as it goes. All that the person is shown."""
    client = Client(raise_request_exception=False)
    client.force_login(user)
    state = parse_qs(urlsplit(client.post(reverse("meta_integration:start")).url).query)["state"]
    back = client.get(reverse("meta_integration:callback"), {"state": state, "code": "code-of-meta"})
    seen = page("the way back from Meta", back)
    if back.status_code == 302:
        seen |= page("the choice", client.get(back.url))
        seen |= page("the end", client.post(back.url, {"number": NUMBER_ID, f"pin-{NUMBER_ID}": PIN}))
        seen |= page(
            "the end, as text",
            client.post(back.url, {"number": NUMBER_ID, f"pin-{NUMBER_ID}": PIN}, HTTP_ACCEPT="text/plain"),
        )
    return seen


def send(number: PhoneNumber) -> Message:
    thread = ThreadFactory(number=number, workspace=number.workspace)
    message = sending.reply(thread, "Hello", author=number.account.connected_by)
    pump(number.pk)
    return Message.objects.get(pk=message.pk)


# The promises ---------------------------------------------------------------------------------------------------------
def test_connecting_and_sending_leave_the_secrets_where_they_belong(
    owner, graph, logs, capfd, django_capture_on_commit_callbacks
):
    meta(graph)
    with django_capture_on_commit_callbacks(execute=True):
        places = connect(owner)
        assert send(PhoneNumber.objects.get()).wamid == "wamid.known"
    assert any(b"inbox.tasks.pump" in repr(valkey().lrange(key, 0, -1)).encode() for key in (b"sending",))
    account, number = WABA.objects.get(), PhoneNumber.objects.get()
    assert account.access_token.open(account.workspace_id) == TOKEN
    assert number.pin.open(number.workspace_id) == PIN
    places |= stores() | admin_pages(owner, UserFactory(is_support=True)) | logs()
    places["stdout and stderr"] = "".join(capfd.readouterr())
    assert not found(places), "\n".join(found(places))


@pytest.mark.parametrize("how", [how for how in BREAKS if how != "a fault of the program"])
def test_support_and_the_doctor_show_no_secret_whatever_meta_says(owner, graph, logs, capfd, how):
    meta(graph)
    connect(owner)
    meta(graph, **dict.fromkeys(STEPS, BREAKS[how]))
    places = support_pages(WABA.objects.get()) | logs() | stores() | admin_pages(UserFactory(is_support=True))
    places["stdout and stderr"] = "".join(capfd.readouterr())
    assert not found(places), "\n".join(found(places))


@pytest.mark.parametrize("how", [*BREAKS, "a fault of the program, with DEBUG on"])
def test_whatever_breaks_shows_no_secret(owner, graph, logs, capfd, settings, how):
    how, settings.DEBUG, _ = how.partition(", with DEBUG on")
    for step in STEPS:
        meta(graph, **{step: BREAKS[how]})
        places = connect(owner)
        number = PhoneNumber.objects.first()
        if step == f"{NUMBER_ID}/messages":
            assert send(number).status in ("queued", "failed", "unknown")
        places |= logs() | stores()
        places["stdout and stderr"] = "".join(capfd.readouterr())
        assert not found(places), f"{how} at {step}\n" + "\n".join(found(places))


def test_the_calls_to_meta_carry_the_secrets_only_where_meta_takes_them(owner, graph):
    meta(graph)
    connect(owner)
    send(PhoneNumber.objects.get())
    assert len({call.request.url.split("?")[0] for call in graph.calls}) == len(STEPS)
    for call in graph.calls:
        path, _, query = call.request.url.removeprefix(f"{GRAPH}/").partition("?")
        headers, body = dict(call.request.headers), json.loads(call.request.body or b"{}")
        as_app = path in ("oauth/access_token", "debug_token")
        assert headers.pop("Authorization") == f"Bearer {'900000000000001|' + APP_SECRET if as_app else TOKEN}"
        if path == "debug_token":
            assert query == f"input_token={TOKEN}"
            query = ""
        if path == "oauth/access_token":
            assert body.pop("client_secret") == APP_SECRET
        if path.endswith("/register"):
            assert body.pop("pin") == PIN
        assert not found({f"call of {path}": f"{path} {query} {headers} {body}"})


@pytest.mark.parametrize("how", [how for how in BREAKS if how != "a fault of the program"])
def test_no_object_prints_or_pickles_a_secret(owner, graph, how):
    meta(graph)
    connect(owner)
    account, number = WABA.objects.get(), PhoneNumber.objects.get()
    meta(graph, **dict.fromkeys(STEPS, BREAKS[how]))
    client, app_client = clients.graph_client_for(account), clients.app_client()
    places = {}
    for each in (account, number, account.access_token, number.pin, client, app_client):
        places[f"{type(each).__name__} in words"] = f"{each!r} {each} {vars(each)}"
    places["a dump of the rows"] = serializers.serialize("json", [account, number])
    places["a pickle of the rows"] = pickle.dumps([account, number])
    calls = [lambda: client.register(NUMBER_ID, PIN)]
    calls += [lambda: app_client.debug_token(TOKEN)] if how != "wrong PIN" else []
    for call in calls:
        with pytest.raises(GraphError) as caught:
            call()
        exc = caught.value
        places["exception"] = f"{exc!r} {exc} {vars(exc)} {exc.args}" + "".join(traceback.format_exception(exc))
        places["exception, pickled"] = pickle.dumps(exc)
        assert not found(places), "\n".join(found(places))


def test_a_sealed_secret_opens_with_its_own_workspace_only():
    mine, other = WorkspaceFactory(), WorkspaceFactory()
    sealed = seal(TOKEN, mine.pk)
    assert sealed.open(mine.pk) == TOKEN
    with pytest.raises(InvalidToken):
        sealed.open(other.pk)
    assert seal(TOKEN, mine.pk).ciphertext != sealed.ciphertext


def test_after_rotation_the_old_key_is_no_longer_needed(settings):
    settings.FIELD_ENCRYPTION_KEYS = ["old-key-" * 5]
    number = PhoneNumberFactory(account__access_token=None, pin=None)
    number.account.access_token, number.pin = seal(TOKEN, number.workspace_id), seal(PIN, number.workspace_id)
    number.account.save()
    number.save()
    attempt = ConnectAttemptFactory(workspace=number.workspace)
    WABAFactory(access_token=None)  # Disconnected: nothing to rotate.

    def opened():
        rows = ((WABA, number.account_id, "access_token"), (PhoneNumber, number.pk, "pin"))
        return [getattr(model.objects.get(pk=pk), name).open(number.workspace_id) for model, pk, name in rows]

    settings.FIELD_ENCRYPTION_KEYS = ["new-key-" * 5]
    with pytest.raises(InvalidToken):
        opened()
    settings.FIELD_ENCRYPTION_KEYS = ["new-key-" * 5, "old-key-" * 5]
    assert opened() == [TOKEN, PIN]
    for _ in range(2):  # Safe to run again.
        call_command("rotate_keys", stdout=io.StringIO())
    settings.FIELD_ENCRYPTION_KEYS = ["new-key-" * 5]
    assert opened() == [TOKEN, PIN]
    assert ConnectAttempt.objects.get(pk=attempt.pk).access_token.open(number.workspace_id)


@pytest.mark.parametrize("plain", [TOKEN, TOKEN.encode(), ""], ids=["text", "bytes", "empty"])
def test_plain_text_cannot_reach_a_sealed_column(plain):
    account = WABAFactory()
    rows = WABA.objects.filter(pk=account.pk)
    account.access_token = plain
    for write in (
        account.save,
        lambda: account.save(update_fields=["access_token"]),
        lambda: rows.update(access_token=plain),
        lambda: WABA.objects.bulk_update([account], ["access_token"]),
        lambda: WABA.objects.bulk_create([WABA(workspace=account.workspace, waba_id="1", access_token=plain)]),
    ):
        with pytest.raises(TypeError, match="access_token takes a Sealed") as caught, transaction.atomic():
            write()
        assert TOKEN not in str(caught.value)
    assert isinstance(rows.get().access_token, Sealed)


@pytest.mark.parametrize("how", ["exact", "startswith", "in", "contains"])
def test_a_sealed_column_cannot_be_searched(how):
    with pytest.raises(FieldError):
        WABA.objects.filter(**{f"access_token__{how}": TOKEN}).exists()


@pytest.mark.parametrize(
    "line",
    [
        f"token {TOKEN} refused",
        f"GET /v23.0/debug_token?input_token={TOKEN}&appsecret_proof=12ab34cd",
        "POST /oauth/access_token?client_secret=s3cr3t-s3cr3t&code=AQDzq8hZ8k2F0mZbq1#_",
        f"{{'Authorization': 'Bearer {TOKEN}'}}",
        f'{{"access_token": "{TOKEN}"}}',
        "access_token=900000000000001|the-app-secret",
        "hub.verify_token=a-word-agreed-on",
        "OAuth 0123456789abcdef",
        '{"messaging_product": "whatsapp", "pin": "482913"}',
        "pin=482913",
    ],
)
def test_log_lines_lose_their_secrets(line):
    for secret in (
        TOKEN,
        "s3cr3t",
        "AQDzq8hZ8k2F0mZbq1",
        "12ab34cd",
        "the-app-secret",
        "a-word-agreed-on",
        "482913",
        "0123456789abcdef",
    ):
        assert secret not in redact(line)
    assert "[secret]" in redact(line)


def test_the_net_takes_tracebacks_too_and_stops_no_program(logs):
    try:
        raise RuntimeError(f"a library quotes {TOKEN}")
    except RuntimeError:
        logging.getLogger("a.library").exception("it broke")
    logging.getLogger("a.library").error("%d of these does not fit", TOKEN)
    structlog.get_logger("ours").warning("said by structlog", token=TOKEN)
    line = logs()["log line"]
    assert TOKEN not in line
    assert all(part in line for part in ("a library quotes [secret]", "does not fit", "said by structlog"))


@pytest.mark.parametrize(
    "line",
    [
        "error code: 131047",
        "HTTP 400, code 100, subcode 33, trace AbC123",
        "code=190 subcode=460",
        "a send ended in an unforeseen way reason=TypeError",
        "shipping: 482913 parcels",
        "GET /inbox/482913/ 200",
        "spinning up 8 threads",
        "pinned: 3",
        "the bearer of this",
        "access_token takes a Sealed, not str",
    ],
)
def test_innocent_log_lines_stay(line):
    assert redact(line) == line
