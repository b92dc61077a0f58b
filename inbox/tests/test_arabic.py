"""The inbox in Arabic is Arabic as a whole: what the shop wrote is Arabic here, so every Latin word would be ours."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.test.utils import override_settings
from django.utils import timezone, translation

import inbox
from inbox import gallery, specials
from inbox.models import Message, Thread, ThreadEvent
from inbox.outgoing import Button
from inbox.outgoing import buttons as with_buttons
from inbox.services import events, sending, waiting
from inbox.tests.factories import (
    CannedReplyFactory,
    ConsentEntryFactory,
    ContactFactory,
    MessageFactory,
    NoteFactory,
    SavedViewFactory,
    TagFactory,
    ThreadFactory,
)
from meta_integration.models import Incident
from meta_integration.tests.factories import PhoneNumberFactory
from templates_app.tests.factories import MessageTemplateFactory
from workspaces import translations
from workspaces.models import Membership, Role
from workspaces.tests.factories import MembershipFactory, UserFactory, WorkspaceFactory

pytestmark = pytest.mark.django_db
# Names, file types and what people type are written so in Arabic, too.
NAMES = {
    "Galantis",
    "Meta",
    "WhatsApp",
    "Business",
    "Suite",
    "JPEG",
    "PNG",
    "PDF",
    "Word",
    "Excel",
    "PowerPoint",
    "CSV",
}
NAMES |= {"MP", "GP", "AAC", "AMR", "OGG", "WebP", "OPUS", "UTC", "STOP", "START", "PIN", "English"}
LOOKED_AT = {"title", "aria-label", "placeholder", "alt"}
# Not read by people as words, or what they type.
NOT_WORDS = {"script", "style", "code", "kbd"}
LATIN = re.compile(r"[A-Za-z]{2,}")
SAID = "رسالة من المثال"


class Words(HTMLParser):
    """The texts of a page, also those of tooltips and labels."""

    def __init__(self, page: str):
        super().__init__()
        self.inside, self.texts = [], []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        if tag in NOT_WORDS:
            self.inside.append(tag)
        self.texts += [value.strip() for name, value in attributes if name in LOOKED_AT and value]

    def handle_endtag(self, tag):
        if tag in self.inside:
            self.inside.remove(tag)

    def handle_data(self, data):
        if not self.inside and data.strip():
            self.texts.append(" ".join(data.split()))


@pytest.fixture
def person(client):
    shop = WorkspaceFactory(name="متجر المثال", slug="shop")
    user = UserFactory(username="ليلى", first_name="ليلى", last_name="المثال", language="ar")
    MembershipFactory(user=user, workspace=shop, role=Role.OWNER)
    client.force_login(user)
    return user


@pytest.fixture
def number(person):
    shop = Membership.objects.get(user=person).workspace
    PhoneNumberFactory(workspace=shop, verified_name="المثال", account__workspace=shop, is_default=False)
    return PhoneNumberFactory(workspace=shop, verified_name="المثال", account__workspace=shop)


@pytest.fixture
def thread(number, person):
    """Whatever can stand in a conversation or beside it."""
    contact = ContactFactory(workspace=number.workspace, name="نورة")
    thread = ThreadFactory(number=number, contact=contact, preview=SAID, last_type="text", assignee=person)
    MessageFactory(thread=thread, direction="in", status="received", body=SAID, wamid="wamid.1")
    for status in Message.Status.values:
        MessageFactory(thread=thread, status=status, body=SAID, author=person)
    for code in (131026, 131047, 131049, 131053, 130472, 132015):
        MessageFactory(thread=thread, status="failed", body=SAID, error_code=code)
    MessageFactory(thread=thread, status="failed", body=SAID, error=waiting.TOO_LATE)
    MessageFactory(thread=thread, status="cancelled", body=SAID, error=sending.TAKEN_BACK % {"who": "ليلى"})
    sending.queue(thread, with_buttons(SAID, [Button("1", "نعم")]), author=person)
    details = {"to": "OPEN", "from": "ليلى", "tag": "مهم", "until": timezone.now().isoformat()}
    for kind in ThreadEvent.Kind.values:
        to = {"assigned": "ليلى", "consent": "SUBSCRIBED"}.get(kind, "OPEN")
        for actor in (person, None):
            events.note(thread, kind, actor, **details | {"to": to})
    NoteFactory(thread=thread, author=person, text="ملاحظة")
    contact.tags.add(TagFactory(workspace=number.workspace, name="مهم"))
    ConsentEntryFactory(contact=contact, source="keyword")
    CannedReplyFactory(workspace=number.workspace, shortcut="دوام", text="نعم")
    SavedViewFactory(workspace=number.workspace, name="المهمة")
    for status in Thread.Status.values:
        ThreadFactory(number=number, contact__workspace=number.workspace, contact__name="سارة", status=status)
    return thread


def latin_words(page: str) -> set[str]:
    """With the text that each stands in, so that it can be found."""
    return {
        f"{word} in: {text[:80]}"
        for text in Words(page).texts
        for word in LATIN.findall(re.sub(r"https?://\S*|\{\w+\}|\w+@\S+", "", text))
        if word not in NAMES
    }


PAGES = [
    *["", "?status=RESOLVED", "?search=كلمة", "keyboard/", "settings/", "me/", "figures/", "tags/", "replies/"],
    *["{pk}/", "{pk}/customer/", "{pk}/block/", "{pk}/templates/"],
    *(f"{{pk}}/send/{kind}/" for kind in specials.KINDS),
]


def test_no_page_of_the_inbox_says_anything_in_latin_letters(client, thread):
    found = {}
    for address in PAGES:
        answer = client.get(f"/inbox/{address}".format(pk=thread.pk))
        assert answer.status_code == 200, address
        found[address] = latin_words(answer.content.decode())
    assert {address: words for address, words in found.items() if words} == {}


def test_a_page_built_of_the_admins_is_english_as_a_whole(client, thread):
    page = client.get("/inbox/test-message/").content.decode()
    assert '<html lang="en"' in page and "Send yourself a test message" in page


def test_a_shop_that_has_nothing_yet_is_told_so_in_arabic(client, person):
    assert latin_words(client.get("/inbox/").content.decode()) == set()


@override_settings(MEDIA_ROOT="")
def test_no_text_of_ours_in_the_bubbles_of_any_kind_is_left_in_english(client, number):
    thread = gallery.fill(number)
    ours = {message.id for message in translations.collected() if isinstance(message.id, str)}
    page = Words(client.get(f"/inbox/{thread.pk}/").content.decode()).texts
    written = {*Message.objects.values_list("body", flat=True), "name"}  # The last is a field of a form.
    assert set(page) & ours - NAMES - written == set()


def test_a_template_is_filled_in_and_waits_in_arabic(client, thread):
    template = MessageTemplateFactory(account=thread.number.account, name="1", language="ar", text="أهلا {{1}}")
    template.components = [{"type": "BODY", "text": "أهلا {{1}}", "example": {"body_text": [["نورة"]]}}]
    template.save()
    url = f"/inbox/{thread.pk}/templates/{template.pk}/"
    page = client.get(url).content.decode()
    assert latin_words(page.replace("– ar", "")) == set()
    assert latin_words(client.post(url, {}).content.decode().replace("– ar", "")) == set()


def test_the_trouble_above_a_page_is_told_in_the_language_of_the_page(client, thread):
    account = thread.number.account
    Incident.objects.create(
        workspace=account.workspace, account=account, kind="connection_broken", key="1", evidence="مثال"
    )
    assert latin_words(client.get("/banner/?language=ar").content.decode()) == set()
    assert "Reconnect" in client.get("/banner/").content.decode()
    assert "Reconnect" in client.get("/banner/?language=xx").content.decode()


def test_times_are_written_in_arabic_and_in_the_shops_zone(client, thread):
    thread.workspace.timezone = "Asia/Riyadh"
    thread.workspace.save()
    at = timezone.datetime(2026, 3, 1, 22, 30, tzinfo=timezone.get_default_timezone())
    MessageFactory(thread=thread, direction="in", status="received", body=SAID, occurred_at=at)
    page = client.get(f"/inbox/{thread.pk}/").content.decode()
    assert settings.TIME_ZONE == "UTC"
    assert "2 مارس 2026" in page and "01:30" in page


def test_each_emoji_is_found_by_a_word_of_the_language():
    folder = Path(inbox.__file__).parent / "static/inbox"
    english, arabic = (json.loads((folder / name).read_text()) for name in ("emoji.json", "emoji.ar.json"))
    assert {group: [line.split()[0] for line in lines] for group, lines in arabic.items()} == {
        group: [line.split()[0] for line in lines] for group, lines in english.items()
    }
    assert not [line for lines in arabic.values() for line in lines if LATIN.search(line) or len(line.split()) < 2]
    with translation.override("ar"):
        assert translation.gettext("inbox/emoji.json") == "inbox/emoji.ar.json"
