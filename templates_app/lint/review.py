"""What Meta's reviewers and customers do not like, though no program of Meta's stops it."""

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from meta_integration.walk import text_in
from templates_app import design as designs
from templates_app.lint import reading
from templates_app.lint.findings import Around, Said, advice

HOST = re.compile(r"(?i)(?<![\w@.-])(?:https?://)?(?:www\.)?((?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24})(?=[/?#:])")
OF_WHATSAPP = ("wa.me", "wa.link", "api.whatsapp.com", "chat.whatsapp.com")
SHORTENERS = (
    "bit.ly", "t.co", "goo.gl", "tinyurl.com", "ow.ly", "is.gd", "buff.ly", "rebrand.ly", "cutt.ly", "rb.gy",
    "shorturl.at", "tiny.cc", "t.ly", "lnkd.in", "bl.ink", "short.io", "adf.ly", "v.gd", "s.id",
)  # fmt: skip
PROMOTIONAL = (
    "sale", "sales", "discount", "discounts", "offer", "offers", "deal", "deals", "coupon", "voucher", "promo",
    "promotion", "special price", "free shipping", "free gift", "buy now", "shop now", "order now", "limited time",
    "last chance", "don't miss", "new collection", "new arrivals", "exclusive", "black friday", "cyber monday",
    # German, Spanish, French, Italian, Portuguese
    "rabatt", "angebot", "angebote", "gutschein", "jetzt kaufen", "oferta", "ofertas", "descuento", "descuentos",
    "rebajas", "compra ahora", "cupón", "soldes", "remise", "promotion", "code promo", "achetez", "offerta",
    "sconto", "saldi", "acquista ora", "promoção", "desconto", "descontos", "cupom", "compre agora",
)  # fmt: skip
PROMOTION = re.compile(rf"(?i)(?<!\w)({'|'.join(map(re.escape, PROMOTIONAL))})(?!\w)|\d+\s?%")
EMOJI = re.compile("[\U0001f1e6-\U0001f1ff\U0001f300-\U0001faff\u2600-\u27bf]")
MOST_EMOJI, FEW_LETTERS = 5, 12


@advice
def promotional(design: dict, _around: Around) -> Iterator[Said]:
    if reading.category(design) != designs.UTILITY:
        return
    if found := PROMOTION.search(designs.text_of(design.get("components"))):
        words = _("“%(words)s” sounds like an advertisement, and the category is Utility.") % {"words": found[0]}
        todo = _("Choose Marketing if it promotes something: Meta changes the category by itself, or refuses it.")
        yield "category", words, todo


@advice
def link_to_whatsapp(design: dict, _around: Around) -> Iterator[Said]:
    for field, text in _linked(design):
        if set(hosts(text)) & set(OF_WHATSAPP):
            words = _("The link opens a chat of WhatsApp's, and Meta's reviewers refuse those.")
            yield field, words, _("Use a quick reply: customers are in the chat with you already.")


@advice
def short_link(design: dict, _around: Around) -> Iterator[Said]:
    for field, text in _linked(design):
        if found := set(hosts(text)) & set(SHORTENERS):
            words = _("“%(host)s” hides where the link leads, and Meta's reviewers refuse that.")
            yield field, words % {"host": min(found)}, _("Write the whole address, on your own domain.")


@advice
def link_without_https(design: dict, _around: Around) -> Iterator[Said]:
    for field, kind, button in reading.buttons(design):
        if kind == "URL" and text_in(button, "url").lower().startswith("http://"):
            words = _("The address begins with http://, so that the page is not protected.")
            yield f"{field}.url", words, _("Write https://, if your shop has it; nearly every shop does.")


@advice
def capitals(design: dict, _around: Around) -> Iterator[Said]:
    for field, _component, text in reading.texts(design, "HEADER", "BODY"):
        letters = [each for each in designs.VARIABLE.sub("", text) if each.lower() != each.upper()]
        if len(letters) >= FEW_LETTERS and sum(each.isupper() for each in letters) > 0.7 * len(letters):
            words = _("Nearly all letters are capitals, which reads like shouting.")
            yield field, words, _("Write it in small letters: fewer customers will block you.")


@advice
def many_emoji(design: dict, _around: Around) -> Iterator[Said]:
    for field, _component, text in reading.texts(design, "BODY"):
        if len(EMOJI.findall(text)) > MOST_EMOJI:
            words = _("There are more than %(most)s emoji in the text.") % {"most": MOST_EMOJI}
            yield field, words, _("Keep a few: many look like spam, to customers and to Meta's reviewers.")


@advice
def emoji_in_plain_text(design: dict, _around: Around) -> Iterator[Said]:
    places = [(field, text) for field, _component, text in reading.texts(design, "HEADER")]
    places += [(f"{field}.text", text_in(button, "text")) for field, _kind, button in reading.buttons(design)]
    for field, text in places:
        if EMOJI.search(text):
            words = _("There is an emoji in a header or on a button, and Meta's reviewers may refuse that.")
            yield field, words, _("Put it into the text.")


def hosts(text: str) -> list[str]:
    """The domains of the addresses in a text; what ends without a path is a word like any other."""
    return [host.lower() for host in HOST.findall(text)]


def _linked(design: dict) -> Iterator[tuple[str, str]]:
    for field, _component, text in reading.texts(design, "BODY"):
        yield field, text
    for field, kind, button in reading.buttons(design):
        if kind == "URL":
            yield f"{field}.url", f"{text_in(button, 'url')}/"


RULES = (promotional, link_to_whatsapp, short_link, link_without_https, capitals, many_emoji, emoji_in_plain_text)
