"""Whatever a customer writes, wherever they can write it, is shown as harmless text."""

import json
import re
import time
from html.parser import HTMLParser

import pytest

from conftest import PAYLOADS
from inbox import harmless
from inbox.bubbles.formatting import html_of, safe_url
from inbox.models import Thread
from inbox.tests.factories import MessageFactory
from meta_integration.tests.factories import PhoneNumberFactory
from workspaces.models import Role
from workspaces.tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db
HOSTILE = {
    "script": "<script>alert(1)</script>",
    "attribute": "\"'><img src=x onerror=alert(1)>",
    "handler": '*" onmouseover="alert(1)* https://a.example/"onclick="alert(1)',
    "address": "javascript:alert(1) JaVaScRiPt:alert(1) data:text/html,<b>x</b> vbscript:x",
    "template": "{{ request.user }} {% load x %} ${7*7} <%= 1 %>",
    "control": "a\x01\x02\x08\x0b\x1b[31m\x7f\x9fb",
    "bidi": "\u202egpj.exe \u2066\u2067\u2068 \u202d\u202a\u202b end",
    "nul": "a\x00b\\u0000",
    "half": "\ud83d and \udc4d",
    "emoji": "😀" * 4096,
    "nothing": "\u200b\u200c\u200d\u2060\ufeff" * 500,
    "tower": "Z" + "\u0351\u036b\u0343" * 300,
    "signs": "*_~`" * 1000,
    "private": "\ue000gap\ue001",
    "lines": "a\u2028b\u2029c\r\nd\x85e",
}
BODIES = sorted(path.stem for path in PAYLOADS.glob("messages__*.json") if b'"messages": [' in path.read_bytes())
# What Meta writes, and a customer cannot.
METAS = {"id", "from", "type", "timestamp", "message_id", "original_message_id", "wa_id", "phone_number_id", "object"}
METAS |= {"display_phone_number", "messaging_product", "field", "mime_type", "sha256", "currency", "user_id"}
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class Page(HTMLParser):
    """Collects what could do something."""

    def __init__(self, page: str):
        super().__init__()
        self.tags, self.attributes, self.addresses = [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [name for name, _value in attrs]
        self.addresses += [
            value or "" for name, value in attrs if name in ("href", "src", "action", "hx-get", "hx-post")
        ]


def filled(value, hostile: str, name: str = ""):
    """The same JSON with each text that is the customer's replaced."""
    if isinstance(value, dict):
        return {key: filled(each, hostile, key) for key, each in value.items()}
    if isinstance(value, list):
        return [filled(each, hostile, name) for each in value]
    return hostile if isinstance(value, str) and name not in METAS else value


@pytest.fixture
def agent(client):
    number = PhoneNumberFactory(phone_number_id="10000000000001")
    membership = MembershipFactory(workspace=number.workspace, role=Role.AGENT)
    client.force_login(membership.user)
    return membership


def is_harmless(page: str) -> None:
    # Our own markup has none of these; the customer's words may name them only as text.
    seen = Page(page)
    assert "b" not in seen.tags
    assert not [name for name in seen.attributes if name.startswith("on")]
    assert not [each for each in seen.addresses if re.match(r"\s*(javascript|data|vbscript):", each, re.IGNORECASE)]
    assert "<script>alert" not in page
    assert "x onerror=alert(1)>" not in page
    assert not UNSEEN.search(page)


@pytest.mark.parametrize("kind", HOSTILE)
def test_every_payload_full_of_hostile_words_is_shown_as_text(client, deliver, agent, kind):
    words = HOSTILE[kind]
    for name in BODIES:
        body = json.loads((PAYLOADS / f"{name}.json").read_text())
        for place, entry in enumerate(body["entry"]):
            for change in entry["changes"]:
                value = change["value"]
                value["metadata"]["phone_number_id"] = "10000000000001"
                value["contacts"] = [{"profile": {"name": words, "username": words}, "wa_id": "15550066841"}]
                value["messages"] = [
                    {**filled(each, words), "id": f"wamid.{name}-{place}-{n}", "from": "15550066841"}
                    for n, each in enumerate(value["messages"])
                ]
        assert deliver(body).status_code == 200
    for thread in Thread.objects.all():
        for address in ("/inbox/", f"/inbox/{thread.pk}/", f"/inbox/{thread.pk}/customer/"):
            answer = client.get(address)
            assert answer.status_code == 200
            is_harmless(answer.content.decode())


def contents_with(words: str) -> list[dict]:
    """What Meta's samples have no field for."""
    flow = json.dumps({words: words, "b": {words: [words]}, "c": [{words: words}]})
    contact = {"name": {"formatted_name": words}, "vcard": f"FN:{words}\nTEL:{words}\nEMAIL:{words}\nURL:{words}"}
    contact |= {"phones": [{"phone": words, "type": words}], "urls": [{"url": words}], "addresses": [{"street": words}]}
    item = {"product_retailer_id": words, "quantity": words, "item_price": words, "currency": words}
    return [
        {"type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply": {"response_json": flow}}},
        {"type": "contacts", "contacts": [contact, words, None]},
        {"type": "order", "order": {"text": words, "product_items": [item]}},
        {"type": "location", "location": {"latitude": words, "longitude": words, "name": words, "url": words}},
        {"type": "text", "text": {"body": words}, "referral": {"source_url": words, "headline": words, "body": words}},
        {"type": "text", "text": {"body": words}, "context": {"referred_product": {"product_retailer_id": words}}},
        {"type": "reaction", "reaction": {"message_id": "wamid.unknown", "emoji": words}},
        {"type": "system", "system": {"type": words, "body": words}},
        {"type": "unsupported", "unsupported": {"type": words}, "errors": [{"code": words, "title": words}]},
        {"type": "image", "image": {"caption": words}, "errors": [{"code": 1, "title": words}]},
        {"type": "button", "button": {"text": words, "payload": words + "x"}},
        {"type": words, words: {"body": words}},
    ]


@pytest.mark.parametrize("kind", HOSTILE)
def test_fields_that_no_sample_has_are_shown_as_text(client, deliver, agent, kind):
    messages = [
        {**each, "id": f"wamid.{n}", "from": "15550066841", "timestamp": str(1767225600 + n)}
        for n, each in enumerate(contents_with(HOSTILE[kind]))
    ]
    value = {"metadata": {"phone_number_id": "10000000000001"}, "messages": messages}
    deliver({"object": "whatsapp_business_account", "entry": [{"changes": [{"field": "messages", "value": value}]}]})
    thread = Thread.objects.get()
    assert thread.messages.count() == len(messages)
    for address in ("/inbox/", f"/inbox/{thread.pk}/", f"/inbox/{thread.pk}/customer/"):
        answer = client.get(address)
        assert answer.status_code == 200
        is_harmless(answer.content.decode())


@pytest.mark.parametrize("kind", HOSTILE)
def test_words_and_names_lose_only_what_nobody_sees(kind):
    shown = harmless.words(HOSTILE[kind])
    assert not UNSEEN.search(shown.replace("\n", ""))
    assert len(shown) <= len(HOSTILE[kind])
    assert "\n" not in harmless.line(HOSTILE[kind])


@pytest.mark.parametrize(
    "words", ["مرحبا بكم", "शुभ प्रभात", "สวัสดีครับ", "שָׁלוֹם", "👨‍👩‍👧‍👦 🏴󠁧󠁢󠁥󠁮󠁧󠁿 👍🏽", "می‌خواهم", "Tiếng Việt"]
)
def test_people_who_write_otherwise_lose_nothing(words):
    assert harmless.words(words) == words


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", " java\tscript:x", "data:text/html,x", "//evil.example", "ftp://x", "https:", ""]
)
def test_other_addresses_are_no_links(url):
    assert safe_url(url) == ""
    assert "href" not in html_of(url)


@pytest.mark.parametrize(
    ("words", "drawn"),
    [
        ("*a* _b_ ~c~ `d`", "<strong>a</strong> <em>b</em> <s>c</s> <code>d</code>"),
        ("2*3*4 a_b_c", "2*3*4 a_b_c"),
        ("*a _b* c_", "<strong>a _b</strong> c_"),
        ("```\n<b>\n```", "<pre>&lt;b&gt;</pre>"),
        ("> a\n> b\nc", "<blockquote>a<br>b</blockquote>c"),
        ("- a\n* b", "<ul><li>a</li><li>b</li></ul>"),
        ("3. a\n4. b", '<ol><li value="3">a</li><li value="4">b</li></ol>'),
    ],
)
def test_whatsapps_own_signs_are_drawn(words, drawn):
    assert html_of(words) == drawn


@pytest.mark.parametrize(
    ("words", "address", "text"),
    [
        ("see https://a.example/x_y_z).", "https://a.example/x_y_z", "https://a.example/x_y_z"),
        ("www.a.example!", "https://www.a.example", "www.a.example"),
        ("to ann@a.example.", "mailto:ann@a.example", "ann@a.example"),
        ("(mailto:ann@a.example)", "mailto:ann@a.example", "mailto:ann@a.example"),
        ("([https://a.example/x_(y)]).", "https://a.example/x_(y)", "https://a.example/x_(y)"),
        ("tel:+15550001111", "tel:+15550001111", "tel:+15550001111"),
        ("https://a.example/?a=1&b=<i>", "https://a.example/?a=1&amp;b=", "https://a.example/?a=1&amp;b="),
    ],
)
def test_links_are_links_that_tell_nothing(words, address, text):
    assert f'<a href="{address}" target="_blank" rel="noopener noreferrer">{text}</a>' in html_of(words)


@pytest.mark.parametrize(
    "words",
    [
        "*a ",
        "`",
        "a@",
        "https://",
        "_*~",
        "mailto:",
        "mailto:a",
        "mailto:@",
        "www.",
        ")",
        ".)",
        ")]",
        "> \n",
        "- a\n",
        "-+._",
    ],
)
def test_the_longest_text_is_drawn_in_no_time(words):
    """In proportion to its length. Of the processor's time, which others on the machine do not make longer."""
    words = ("https://a" if words[-1] in ")]" else "") + words * (65_536 // len(words))
    begun = time.process_time()
    assert html_of(words)
    assert time.process_time() - begun < 0.7


def test_what_a_note_or_an_agent_writes_is_escaped_too(client, agent):
    number = PhoneNumberFactory(account__workspace=agent.workspace, is_default=False)
    message = MessageFactory(thread__number=number, body=HOSTILE["attribute"], origin=HOSTILE["script"], status="sent")
    is_harmless(client.get(f"/inbox/{message.thread_id}/").content.decode())
