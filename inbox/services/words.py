"""The words with which customers ask for offers, or want no more of them, and what they hear back.

In the ten languages in which WhatsApp's largest countries read and shops there write: India, Brazil, Indonesia, the
United States, Mexico, Germany, Turkey, Italy, Egypt, Spain and France. A new language is a new row.

Words that ask for more than offers are none of them, so that nobody is subscribed who only begins to chat. Nor are
words that customers also use of an order (CANCEL, STORNIEREN, ANNULER, BATAL), but for İPTAL, which Turkish shops
themselves name in their offers.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from inbox.models import MarketingState, Message
from meta_integration.walk import text_in

STOP, START = MarketingState.UNSUBSCRIBED, MarketingState.SUBSCRIBED
# Buttons whose payload is one of these say it whatever their title is.
PAYLOADS = {"GALANTIS_SUBSCRIBE": START, "GALANTIS_UNSUBSCRIBE": STOP}


@dataclass(frozen=True, slots=True)
class Language:
    stop: tuple[str, ...]
    start: tuple[str, ...]
    # Titles of buttons, the first of each as we suggest it. They count when they are typed, too.
    no_offers: tuple[str, ...]
    offers: tuple[str, ...]
    stopped: str
    started: str


# Understood in every language, as nearly every shop names it.
EVERYWHERE = {"stop": STOP, "start": START, "unsubscribe": STOP, "subscribe": START, "unstop": START}
# Those with the most people on WhatsApp first: a word of several is taken for the first one's.
LANGUAGES = {
    "en": Language(
        stop=("stop", "stop all", "stopall", "unsubscribe", "unsubscribe me", "opt out", "optout", "opt-out"),
        start=("start", "unstop", "subscribe", "opt in", "optin", "opt-in"),
        no_offers=("Stop promotions", "No more offers", "No, no offers", "Stop offers"),
        offers=("Yes, send me offers", "Yes, I want offers", "Send me offers", "I want offers"),
        stopped="You will get no more offers from us. We still answer you here. If you change your mind, write START.",
        started="You will get our offers from now on. If you have had enough of them, write STOP.",
    ),
    "hi": Language(
        stop=("रोकें", "रोको", "रोक दो", "बंद", "बंद करें", "बंद करो", "बंद करे", "स्टॉप", "band karo", "roko"),
        start=("शुरू", "शुरू करें", "शुरू करो", "स्टार्ट", "shuru karo", "shuru karen"),
        no_offers=("ऑफ़र बंद करें", "प्रमोशन बंद करें", "ऑफ़र नहीं चाहिए", "और ऑफ़र नहीं"),
        offers=("हाँ, ऑफ़र भेजें", "ऑफ़र भेजें", "मुझे ऑफ़र चाहिए", "हाँ, मुझे ऑफ़र चाहिए"),
        stopped="अब आपको हमारे ऑफ़र नहीं मिलेंगे। हम यहाँ आपको जवाब देते रहेंगे। मन बदले तो START लिखें।",
        started="अब से आपको हमारे ऑफ़र मिलेंगे। जब न चाहें, STOP लिखें।",
    ),
    "pt": Language(
        stop=("parar", "pare", "sair", "descadastrar", "descadastre-me", "cancelar inscrição", "me descadastre"),
        start=("inscrever", "inscrever-me", "quero me inscrever", "quero receber"),
        no_offers=("Parar promoções", "Interromper promoções", "Não quero ofertas", "Chega de ofertas"),
        offers=("Sim, quero ofertas", "Quero ofertas", "Quero receber ofertas", "Sim, quero receber ofertas"),
        stopped="Você não recebe mais nossas ofertas. Continuamos atendendo aqui. Se mudar de ideia, escreva START.",
        started="A partir de agora você recebe nossas ofertas. Se não quiser mais, escreva SAIR.",
    ),
    "id": Language(
        stop=("berhenti", "hentikan", "unreg", "berhenti berlangganan", "stop promo"),
        start=("mulai", "langganan", "berlangganan"),
        no_offers=("Hentikan promosi", "Hentikan promo", "Tidak mau promo", "Berhenti promo"),
        offers=("Ya, kirim promo", "Kirim promo", "Saya mau promo", "Ya, saya mau promo"),
        stopped=(
            "Anda tidak akan menerima promo dari kami lagi. Kami tetap membalas pesan Anda di sini. Jika berubah "
            "pikiran, tulis MULAI."
        ),
        started="Mulai sekarang Anda akan menerima promo kami. Jika tidak mau lagi, tulis BERHENTI.",
    ),
    "es": Language(
        stop=("baja", "parar", "pare", "detener", "basta", "dar de baja", "darme de baja", "cancelar suscripción"),
        start=("alta", "suscribir", "suscribirme", "suscribirse", "darme de alta"),
        no_offers=("Detener promociones", "No más ofertas", "No quiero ofertas", "No más promociones"),
        offers=("Sí, quiero ofertas", "Quiero ofertas", "Quiero recibir ofertas", "Enviarme ofertas"),
        stopped="No recibirás más ofertas nuestras. Te seguimos atendiendo aquí. Si cambias de opinión, escribe ALTA.",
        started="A partir de ahora recibirás nuestras ofertas. Si ya no las quieres, escribe BAJA.",
    ),
    "ar": Language(
        stop=("إيقاف", "أوقف", "توقف", "قف", "إلغاء الاشتراك", "الغاء الاشتراك", "ستوب"),
        start=("اشتراك", "اشترك", "ابدأ", "ابدا"),
        no_offers=("إيقاف العروض", "لا أريد عروض", "لا أريد عروضًا", "إيقاف العروض الترويجية"),
        offers=("نعم، أريد العروض", "أريد العروض", "أريد عروض", "أرسلوا لي العروض"),
        stopped="لن تصلك عروضنا بعد الآن. ما زلنا نرد عليك هنا. إذا غيّرت رأيك فاكتب: اشتراك",
        started="ستصلك عروضنا من الآن. إذا لم تعد تريدها فاكتب: إيقاف",
    ),
    "de": Language(
        stop=("stopp", "abmelden", "abbestellen", "austragen", "keine werbung", "keine werbung mehr"),
        start=("anmelden", "abonnieren"),
        no_offers=("Keine Angebote mehr", "Werbung stoppen", "Keine Angebote", "Werbeaktionen stoppen"),
        offers=("Ja, Angebote bitte", "Ja, ich möchte Angebote", "Ich möchte Angebote", "Angebote bekommen"),
        stopped=(
            "Sie bekommen keine Angebote mehr von uns. Wir antworten Ihnen hier weiterhin. Wenn Sie es sich anders "
            "überlegen, schreiben Sie START."
        ),
        started="Sie bekommen ab jetzt unsere Angebote. Wenn Sie keine mehr möchten, schreiben Sie STOPP.",
    ),
    "tr": Language(
        stop=("dur", "durdur", "iptal", "ret", "çık", "abonelikten çık", "abonelik iptal"),
        start=("başla", "başlat", "abone ol", "abone"),
        no_offers=("Promosyonları durdur", "Kampanya istemiyorum", "Fırsat istemiyorum", "Kampanyaları durdur"),
        offers=("Evet, fırsat gönderin", "Fırsat gönderin", "Kampanya istiyorum", "Evet, kampanya istiyorum"),
        stopped="Artık size kampanya göndermeyeceğiz. Buradan yanıt veririz. Fikriniz değişirse START yazın.",
        started="Bundan sonra kampanyalarımızı alacaksınız. İstemezseniz DUR yazın.",
    ),
    "it": Language(
        stop=("basta", "ferma", "disiscrivi", "disiscrivimi", "cancellami", "disiscrizione", "annulla iscrizione"),
        start=("iscrivimi", "iscrivermi", "voglio iscrivermi"),
        no_offers=("Interrompi promozioni", "Basta offerte", "Non voglio offerte", "Niente offerte"),
        offers=("Sì, voglio offerte", "Voglio offerte", "Voglio ricevere offerte", "Sì, inviatemi offerte"),
        stopped=("Non riceverai più le nostre offerte. Continuiamo a risponderti qui. Se cambi idea, scrivi START."),
        started="Da ora riceverai le nostre offerte. Se non le vuoi più, scrivi STOP.",
    ),
    "fr": Language(
        stop=("arrêt", "arrêter", "arrêtez", "désabonner", "désinscrire", "désinscription", "me désabonner"),
        start=("abonner", "m'abonner", "m'inscrire", "s'abonner"),
        no_offers=("Arrêter les promotions", "Plus d'offres", "Arrêter les offres", "Pas d'offres"),
        offers=("Oui, vos offres", "Oui, je veux des offres", "Je veux des offres", "Recevoir les offres"),
        stopped=(
            "Vous ne recevrez plus nos offres. Nous vous répondons toujours ici. Si vous changez d'avis, écrivez START."
        ),
        started="Vous recevrez désormais nos offres. Si vous n'en voulez plus, écrivez STOP.",
    ),
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What a customer said they want. `languages` are those that have the word: all, of one known everywhere."""

    state: MarketingState
    languages: tuple[str, ...]


def wish_of(message: Message) -> tuple[Wish | None, str]:
    """What a customer's message asks for, and the words that say it. What they pass on was said by somebody else."""
    content = message.content if isinstance(message.content, dict) else {}
    context = content.get("context")
    if isinstance(context, dict) and (context.get("forwarded") or context.get("frequently_forwarded")):
        return None, ""
    if message.type == "text":
        return wish_in(message.body), message.body
    payload, title = _tapped(message.type, content.get(message.type))
    wish = wish_of_payload(payload) or wish_in(title) or wish_in(payload)
    return wish, title or payload


def wish_in(text: str) -> Wish | None:
    """What this text asks for, where it is nothing but one of the words. A question is none."""
    folded = fold(text)
    return _table().get(folded) or _table().get(_said_once(folded))


def wish_of_payload(payload: str) -> Wish | None:
    state = PAYLOADS.get(payload.strip())
    return Wish(state, tuple(LANGUAGES)) if state else None


def answer(wish: Wish, speaks: str = "") -> str:
    """The polite confirmation, in the word's language; of a word of several, in the one that the customer speaks."""
    code = speaks.replace("-", "_").partition("_")[0].lower()
    if code not in wish.languages:
        code = "en" if "en" in wish.languages else wish.languages[0]
    return LANGUAGES[code].stopped if wish.state == STOP else LANGUAGES[code].started


def fold(text: str) -> str:
    """The text as the table has it: without case, accents, width, and what surrounds the words.

    Empty for what is too long to be one of the words, and for questions.
    """
    if len(text) > 200:
        return ""
    plain = unicodedata.normalize("NFKD", text.casefold()).casefold()
    plain = "".join(map(_plain, plain))
    if "?" in plain:
        return ""
    # Between the words of a phrase stands a space, whatever it was.
    return " ".join(re.findall(r"[^\s]+", "".join(each if _is_of_word(each) else " " for each in plain)))


def _tapped(kind: str, part) -> tuple[str, str]:
    """(payload, title) of a button of a template, of one of ours, or of a line of a list."""
    if kind == "button":
        return text_in(part, "payload"), text_in(part, "text")
    if kind == "interactive" and text_in(part, "type") in ("button_reply", "list_reply"):
        reply = part.get(part["type"])
        return text_in(reply, "id"), text_in(reply, "title")
    return "", ""


def _plain(character: str) -> str:
    """Nothing for accents and what cannot be seen. Vowel signs of Indian scripts belong to the word."""
    if unicodedata.category(character) in ("Cf", "Me") or character in "\ufe0e\ufe0fـ":
        return ""
    if unicodedata.combining(character) not in (0, 9):
        return ""
    return {"ı": "i", "ى": "ي", "؟": "?", "⸮": "?", "¿": "?", "’": "'"}.get(character, character)


def _is_of_word(character: str) -> bool:
    return unicodedata.category(character)[0] in "LMN"


def _said_once(folded: str) -> str:
    """ "Stop stop stop" is "stop"."""
    said = set(folded.split())
    return said.pop() if len(said) == 1 else ""


@cache
def _table() -> dict[str, Wish]:
    found: dict[str, tuple[MarketingState, set]] = {}
    for code, language in LANGUAGES.items():
        rows = {STOP: (*language.stop, *language.no_offers), START: (*language.start, *language.offers)}
        for state, texts in rows.items():
            for text in texts:
                found.setdefault(fold(text), (state, set()))[1].add(code)
    found |= {text: (state, set(LANGUAGES)) for text, state in EVERYWHERE.items()}
    # In the order of the table, so that a word of several languages always is of the same.
    return {
        text: Wish(state, tuple(code for code in LANGUAGES if code in codes)) for text, (state, codes) in found.items()
    }
