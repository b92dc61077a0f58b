"""What customers say of offers is done at once, with its proof, whatever comes twice, late or from somebody else."""

import itertools
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from inbox.models import ConsentEntry, Contact, Message, Thread, ThreadEvent
from inbox.services import consent, words
from inbox.tests.factories import ContactFactory, MessageFactory, ThreadFactory
from meta_integration import intake
from meta_integration.models import WebhookDelivery
from meta_integration.tests.factories import PhoneNumberFactory
from templates_app.tests.factories import MessageTemplateFactory
from workspaces.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
WHO = "15550300001"
COUNT = itertools.count(1)
STOPS = {
    "en": [
        "STOP",
        "stop",
        " Stop. ",
        "Stop!",
        "“STOP”",
        "*stop*",
        "🛑 STOP 🛑",
        "Stop stop STOP",
        "unsubscribe",
        "Opt-out",
    ],
    "es": ["BAJA", "Parar", "¡Basta!", "Dar de baja", "DETENER PROMOCIONES"],
    "pt": ["PARAR", "Sair", "pare!", "Não quero ofertas", "NAO QUERO OFERTAS"],
    "de": ["STOPP", "Abmelden", "stopp!!!", "Keine Werbung mehr"],
    "fr": ["ARRET", "ARRÊT", "Arrêter", "« Arrêt »", "Arrêter les promotions"],
    "it": ["FERMA", "Disiscrivimi", "basta offerte"],
    "ar": ["إيقاف", "ايقاف", "إِيقَاف", "\u202bإيقاف\u202c", "إلغاء الاشتراك", "توقف"],
    "hi": ["रोकें", "बंद करें", "बंद करो।", "स्टॉप", "Band karo"],
    "id": ["BERHENTI", "Berhenti.", "unreg", "Hentikan promo"],
    "tr": ["DUR", "İPTAL", "iptal", "IPTAL", "ıptal", "ÇIK", "Durdur"],
}
STARTS = {
    "en": ["START", "start", "ＳＴＡＲＴ", "Subscribe", "Yes, send me offers", "yes send me offers 🎉", "𝐒𝐭𝐚𝐫𝐭"],
    "es": ["ALTA", "Sí, quiero ofertas", "SI QUIERO OFERTAS"],
    "pt": ["INSCREVER", "Sim, quero ofertas", "Quero receber"],
    "de": ["ANMELDEN", "Ja, Angebote bitte"],
    "fr": ["M'abonner", "m’abonner", "Oui, vos offres"],
    "it": ["ISCRIVIMI", "Sì, voglio offerte"],
    "ar": ["اشتراك", "إشتراك", "نعم، أريد العروض"],
    "hi": ["शुरू करें", "हाँ, ऑफ़र भेजें"],
    "id": ["MULAI", "Ya, kirim promo"],
    "tr": ["BAŞLA", "basla", "Evet, fırsat gönderin"],
}
ONLY_CONTAIN_THEM = [
    "non-stop", "Nonstop", "bus stop?", "Bus stop", "Stop by tomorrow", "please don't stop", "Nonstop-Flug", "start?",
    "Stop?", "¿Parar?", "Parar de quê?", "When does the sale start", "It won't stop", "stop1", "1 stop", "stop sign",
    "Don’t stop!", "Baja el precio", "Die Anmeldung", "Baja California", "Sair mais tarde", "durum", "dur bakalım",
    "सब बंद करें क्या", "إيقاف التشغيل", "berhenti sebentar ya", "Ich möchte keine Angebote verpassen", "stopped",
    "Stop, I want to change my order", "S", "", "?", "🛑", "cancel", "Cancel my order", "yes", "stop؟", "http://stop",
    "nonstop start", "start stop", "don't", "st op", "s t o p", "to stop", "START-UP",
]  # fmt: skip


@pytest.fixture
def number():
    return PhoneNumberFactory(phone_number_id="200000000000077")


@pytest.fixture
def says(deliver, number):
    """says("STOP"): the customer writes it now, and the delivery is processed. Returns their contact."""

    def say(words="", /, *, at=None, wamid=None, process=True, **content):
        at = at or timezone.now()
        message = {"from": WHO, "id": wamid or f"wamid.said{next(COUNT)}", "timestamp": str(int(at.timestamp()))}
        message |= content or {"type": "text", "text": {"body": words}}
        deliver(body_of(number, messages=[message]), process=process)
        return Contact.objects.filter(wa_id=WHO).first()

    return say


def body_of(number, field="messages", **value) -> dict:
    metadata = {"display_phone_number": "15550200077", "phone_number_id": number.phone_number_id}
    value = {"messaging_product": "whatsapp", "metadata": metadata, **value}
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": "1", "changes": [{"field": field, "value": value}]}],
    }


def answers() -> list[Message]:
    return list(Message.objects.filter(direction="out").order_by("pk"))


# Words ----------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("code", words.LANGUAGES)
def test_stop_and_start_in_ten_languages_change_consent_with_a_trace_and_an_answer_in_the_language(says, code):
    for text in (*STOPS[code], *words.LANGUAGES[code].stop, *words.LANGUAGES[code].no_offers):
        assert words.wish_in(text).state == "UNSUBSCRIBED", text
        assert code in words.wish_in(text).languages, text
    for text in (*STARTS[code], *words.LANGUAGES[code].start, *words.LANGUAGES[code].offers):
        assert words.wish_in(text).state == "SUBSCRIBED", text
        assert code in words.wish_in(text).languages, text
    contact = says(STARTS[code][0], at=timezone.now() - timedelta(seconds=10))
    assert contact.marketing_state == "SUBSCRIBED"
    contact = says(STOPS[code][0])
    assert contact.marketing_state == "UNSUBSCRIBED"
    entries = list(contact.consent.order_by("at"))
    assert [(e.state, e.source, e.proof) for e in entries] == [
        ("SUBSCRIBED", "keyword", STARTS[code][0]), ("UNSUBSCRIBED", "keyword", STOPS[code][0]),
    ]  # fmt: skip
    assert [entry.message.body for entry in entries] == [entry.proof for entry in entries]
    events = ThreadEvent.objects.filter(kind="consent").order_by("pk")
    assert [event.detail["to"] for event in events] == ["SUBSCRIBED", "UNSUBSCRIBED"]
    spoken = words.LANGUAGES[code]
    assert [message.body for message in answers()] == [spoken.started, spoken.stopped]
    assert {(m.status, m.author, m.priority) for m in answers()} == {("queued", None, 1)}
    assert [message.origin for message in answers()] == ["Answer to START", "Answer to STOP"]


@pytest.mark.parametrize("text", ONLY_CONTAIN_THEM)
def test_words_that_only_contain_them_change_nothing(text):
    assert words.wish_in(text) is None


def test_what_only_contains_a_word_leaves_no_trace(says):
    assert says("please don't stop").marketing_state == "UNKNOWN"
    assert not ConsentEntry.objects.exists()
    assert not answers()


def test_no_word_means_both(db):
    stop = {words.fold(w) for each in words.LANGUAGES.values() for w in (*each.stop, *each.no_offers)}
    start = {words.fold(w) for each in words.LANGUAGES.values() for w in (*each.start, *each.offers)}
    assert not stop & start
    assert "" not in stop | start


def test_the_answers_are_no_words_themselves():
    for language in words.LANGUAGES.values():
        assert words.wish_in(language.stopped) is words.wish_in(language.started) is None


def test_suggested_titles_fit_on_a_button_and_mean_what_they_say():
    for language in words.LANGUAGES.values():
        assert len(language.offers[0]) <= 25 and len(language.no_offers[0]) <= 25


def test_a_word_known_everywhere_is_answered_in_the_language_of_the_shops_last_template(says, number):
    thread = ThreadFactory(number=number, contact=ContactFactory(workspace=number.workspace, wa_id=WHO))
    template = MessageTemplateFactory(account=number.account, language="pt_BR")
    MessageFactory(thread=thread, type="template", template=template, status="read")
    says("STOP")
    assert answers()[-1].body == words.LANGUAGES["pt"].stopped


def test_a_customer_whose_language_is_noted_is_answered_in_it(says, number):
    ContactFactory(workspace=number.workspace, wa_id=WHO, language="de")
    says("stop")
    assert answers()[-1].body == words.LANGUAGES["de"].stopped


def test_a_forwarded_word_is_somebody_elses(says):
    for mark in ("forwarded", "frequently_forwarded"):
        contact = says(type="text", text={"body": "STOP"}, context={mark: True})
        assert contact.marketing_state == "UNKNOWN"


def test_stop_in_answer_to_an_offer_counts(says):
    contact = says(type="text", text={"body": "Stop"}, context={"from": "15550200077", "id": "wamid.offer"})
    assert contact.marketing_state == "UNSUBSCRIBED"


def test_the_words_under_a_picture_are_none(says):
    assert says(type="image", image={"id": "1", "caption": "STOP"}).marketing_state == "UNKNOWN"


# Buttons --------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("content", "state"),
    [
        ({"type": "button", "button": {"payload": "x", "text": "Stop promotions"}}, "UNSUBSCRIBED"),
        ({"type": "button", "button": {"payload": "STOP", "text": "Leave me alone"}}, "UNSUBSCRIBED"),
        ({"type": "button", "button": {"payload": "Yes, send me offers", "text": "Yes, send me offers"}}, "SUBSCRIBED"),
        ({"type": "button", "button": {"payload": "GALANTIS_SUBSCRIBE", "text": "Gern!"}}, "SUBSCRIBED"),
        ({"type": "button", "button": {"payload": "GALANTIS_UNSUBSCRIBE", "text": "Nein"}}, "UNSUBSCRIBED"),
        ({"type": "interactive", "interactive": {"type": "button_reply", "button_reply": {
            "id": "GALANTIS_SUBSCRIBE", "title": "Yes"}}}, "SUBSCRIBED"),
        ({"type": "interactive", "interactive": {"type": "button_reply", "button_reply": {
            "id": "b2", "title": "Sí, quiero ofertas"}}}, "SUBSCRIBED"),
        ({"type": "interactive", "interactive": {"type": "list_reply", "list_reply": {
            "id": "stop", "title": "Nothing more"}}}, "UNSUBSCRIBED"),
        ({"type": "button", "button": {"payload": "Yes", "text": "Yes"}}, "UNKNOWN"),
        ({"type": "button", "button": None}, "UNKNOWN"),
        ({"type": "interactive", "interactive": {"type": "button_reply", "button_reply": "odd"}}, "UNKNOWN"),
    ],
)  # fmt: skip
def test_a_button_counts_by_its_title_or_its_payload(says, content, state):
    contact = says(**content)
    assert contact.marketing_state == state
    assert [entry.source for entry in contact.consent.all()] == ([] if state == "UNKNOWN" else ["button"])
    assert len(answers()) == (state != "UNKNOWN")


# Twice, late, in any order --------------------------------------------------------------------------------------------
def test_the_same_word_twice_is_answered_once(says):
    now = timezone.now()
    says("STOP", at=now - timedelta(seconds=20))
    says("Stop!", at=now)
    assert len(answers()) == 1
    assert ThreadEvent.objects.filter(kind="consent").count() == 1
    assert ConsentEntry.objects.count() == 2


def test_a_replay_changes_nothing(says):
    says("STOP")
    says("START")
    before = list(ConsentEntry.objects.values()), list(ThreadEvent.objects.values()), len(answers())
    intake.replay(WebhookDelivery.objects.all())
    intake.process_waiting()
    assert (list(ConsentEntry.objects.values()), list(ThreadEvent.objects.values()), len(answers())) == before


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_the_latest_word_counts_in_whatever_order_they_come(says, order):
    now = timezone.now()
    said = [(word, now - timedelta(minutes=9 - n)) for n, word in enumerate(["STOP", "START", "START", "STOP"])]
    for n in order:
        contact = says(said[n][0], at=said[n][1])
    assert contact.marketing_state == "UNSUBSCRIBED"
    assert [entry.state for entry in contact.consent.order_by("at")] == [
        "UNSUBSCRIBED", "SUBSCRIBED", "SUBSCRIBED", "UNSUBSCRIBED",
    ]  # fmt: skip


def test_of_two_words_in_the_same_second_no_counts(says):
    now = timezone.now()
    says("STOP", at=now)
    assert says("START", at=now).marketing_state == "UNSUBSCRIBED"


def test_a_word_that_comes_late_is_done_and_not_answered(says):
    assert says("STOP", at=timezone.now() - timedelta(hours=2)).marketing_state == "UNSUBSCRIBED"
    assert not answers()


def test_a_blocked_customer_is_not_answered(says, number):
    ContactFactory(workspace=number.workspace, wa_id=WHO, blocked_at=timezone.now())
    assert says("STOP").marketing_state == "UNSUBSCRIBED"
    assert not answers()


def test_two_programs_that_answer_each_other_come_to_an_end(says):
    now = timezone.now()
    for n in range(20):
        contact = says(["STOP", "START"][n % 2], at=now - timedelta(seconds=60 - n))
    assert contact.marketing_state == "SUBSCRIBED"
    assert len(answers()) <= 5


def test_a_placeholder_that_turns_out_to_be_stop_counts(says):
    says(type="unsupported", wamid="wamid.ghost", errors=[{"code": 131051}])
    assert says("STOP", wamid="wamid.ghost").marketing_state == "UNSUBSCRIBED"


def test_each_workspace_has_its_own_word(says, number):
    other = ContactFactory(wa_id=WHO)
    says("STOP")
    assert Contact.objects.get(pk=other.pk).marketing_state == "UNKNOWN"
    assert Contact.objects.for_workspace(number.workspace).get().marketing_state == "UNSUBSCRIBED"


# WhatsApp's own settings --------------------------------------------------------------------------------------------
@pytest.fixture
def prefers(deliver, number):
    def prefer(value, at=None, category="marketing_messages", **ids):
        at = int((at or timezone.now()).timestamp())
        chosen = {"wa_id": WHO, "category": category, "value": value, "timestamp": at, "detail": "An example", **ids}
        contacts = [{"wa_id": "15550309999"}]  # Somebody else: Meta's own examples do that.
        deliver(body_of(number, "user_preferences", contacts=contacts, user_preferences=[chosen]))
        return Contact.objects.filter(wa_id=WHO).first()

    return prefer


def test_stop_in_whatsapps_settings_counts_at_once(prefers, number):
    thread = ThreadFactory(number=number, contact__wa_id=WHO, contact__marketing_state="SUBSCRIBED")
    assert prefers("stop").marketing_state == "UNSUBSCRIBED"
    assert thread.events.get().detail == {"was": "SUBSCRIBED", "to": "UNSUBSCRIBED", "source": "meta"}
    assert not Contact.objects.filter(wa_id="15550309999").exists()
    assert not answers()


def test_somebody_unknown_who_stops_is_remembered(prefers):
    assert prefers("stop").marketing_state == "UNSUBSCRIBED"


def test_resume_brings_back_what_they_had_said_and_subscribes_nobody(says, prefers):
    now = timezone.now()
    assert prefers("resume", now - timedelta(minutes=60)).marketing_state == "UNKNOWN"
    assert prefers("stop", now - timedelta(minutes=50)).marketing_state == "UNSUBSCRIBED"
    assert prefers("resume", now - timedelta(minutes=40)).marketing_state == "UNKNOWN"
    assert says("START", at=now - timedelta(minutes=30)).marketing_state == "SUBSCRIBED"
    assert prefers("stop", now - timedelta(minutes=20)).marketing_state == "UNSUBSCRIBED"
    assert prefers("resume", now - timedelta(minutes=15)).marketing_state == "SUBSCRIBED"
    assert says("STOP", at=now - timedelta(minutes=10)).marketing_state == "UNSUBSCRIBED"
    assert prefers("resume", now).marketing_state == "UNSUBSCRIBED"


def test_start_after_a_stop_in_whatsapps_settings_is_a_new_yes(says, prefers):
    prefers("stop", timezone.now() - timedelta(minutes=1))
    assert says("START").marketing_state == "SUBSCRIBED"


def test_signing_up_in_whatsapp_subscribes(prefers):
    assert prefers("signup").marketing_state == "SUBSCRIBED"


def test_what_whatsapp_may_yet_invent_changes_nothing(prefers):
    assert prefers("paused") is None
    assert prefers("stop", category="delivery_news") is None
    assert not WebhookDelivery.objects.filter(failed_count__gt=0).exists()


def test_metas_own_example_is_handled(deliver):
    PhoneNumberFactory(phone_number_id="147745711026871")
    deliver("user_preferences")
    entry = ConsentEntry.objects.get()
    assert (entry.contact.wa_id, entry.state, entry.source) == ("15550066841", "UNKNOWN", "meta")
    assert entry.contact.marketing_state == "UNKNOWN"
    assert entry.at == datetime.fromtimestamp(1731705721, tz=UTC)


# WhatsApp refuses -----------------------------------------------------------------------------------------------------
def failed(number, message, code=131050, at=None) -> dict:
    at = int((at or timezone.now()).timestamp())
    report = {"id": message.wamid, "status": "failed", "timestamp": str(at), "errors": [{"code": code, "title": "x"}]}
    return body_of(number, statuses=[report])


@pytest.fixture
def offered(number):
    thread = ThreadFactory(number=number, contact__wa_id=WHO, contact__marketing_state="SUBSCRIBED")
    return MessageFactory(thread=thread, status="sent", wamid="wamid.offer", reference=uuid.uuid4())


def test_a_message_that_failed_because_they_want_no_offers_unsubscribes(deliver, number, offered):
    deliver(failed(number, offered))
    contact = Contact.objects.get()
    assert contact.marketing_state == "UNSUBSCRIBED"
    entry = contact.consent.get()
    assert (entry.source, entry.message) == ("refused", offered)
    assert Thread.objects.get().events.get().kind == "consent"


def test_another_failure_unsubscribes_nobody(deliver, number, offered):
    deliver(failed(number, offered, code=131049))
    assert Contact.objects.get().marketing_state == "SUBSCRIBED"


def test_a_refusal_from_before_their_yes_does_not_undo_it(deliver, says, number, offered):
    says("START")
    deliver(failed(number, offered, at=timezone.now() - timedelta(hours=1)))
    assert Contact.objects.get().marketing_state == "SUBSCRIBED"


# People ---------------------------------------------------------------------------------------------------------------
def test_what_a_person_notes_has_their_name_and_proof(number):
    thread, person = ThreadFactory(number=number), UserFactory()
    for _click in range(2):
        consent.note(thread.contact, "SUBSCRIBED", "person", thread=thread, actor=person, proof="On the phone")
    entry = ConsentEntry.objects.get()
    assert (entry.actor, entry.proof, entry.state) == (person, "On the phone", "SUBSCRIBED")
    assert thread.events.get().actor == person


def test_what_the_builder_suggests_and_the_recipes_name_are_words():
    builder = (settings.BASE_DIR / "templates_app/templates/templates_app/_builder.html").read_text()
    recipes = (settings.BASE_DIR / "docs/adding.md").read_text()
    for text in (words.LANGUAGES["en"].offers[0], words.LANGUAGES["en"].no_offers[0]):
        assert f"“{text}”" in builder and f"“{text}”" in " ".join(recipes.split())
    assert all(payload in recipes for payload in words.PAYLOADS)
