"""What can be wrong with a product before it is sent, in words for whoever mends it.

A problem is stored as {"field", "key"} and the facts its words need: words are made when they are shown.
"""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalog.fields import label_of

WORDS: dict[str, str | Promise] = {
    "missing": _("It is missing. WhatsApp shows no product without it."),
    "brand_missing": _("A brand is missing; a barcode (GTIN) or the manufacturer's number would do as well."),
    "too_long": _("It has %(length)s characters; Meta takes at most %(most)s."),
    "not_a_price": _("“%(value)s” is not a price. Write it like 9.99 or 9.99 USD."),
    "price_ambiguous": _("“%(value)s” may be %(one)s or %(other)s. Write it with a dot and its decimals, like 9.99."),
    "currency_sign": _("“%(sign)s” may be several currencies. Write the three letters, like USD."),
    "price_not_positive": _("A price must be more than nothing."),
    "price_too_large": _("This price is too large."),
    "sale_price_higher": _("The sale price is not lower than the price."),
    "too_many_decimals": _("%(currency)s has %(decimals)s decimals; the price has more."),
    "not_a_currency": _("“%(value)s” is not a currency. Write its three letters, like USD or EUR."),
    "currencies_differ": _("The price names %(one)s, the currency is %(other)s."),
    "not_a_choice": _("“%(value)s” is none of those that Meta knows: %(choices)s."),
    "not_an_address": _("“%(value)s” is not a web address. It begins with https://."),
    "not_https": _("The address must begin with https://."),
    "address_login": _("The address has a name or password before “@”. Write it without."),
    "link_is_picture": _(
        "The page and the picture have the same address. The page is where customers find the product."
    ),
    "has_html": _("It has HTML (“%(value)s”), which customers would read as it is. Write plain words."),
    "not_a_number": _("“%(value)s” is not a whole number."),
    "cell_count": _(
        "The line has %(count)s cells, the first line of the file has %(most)s. Look whether all are in place."
    ),
    "quotes": _("A quotation mark stands inside of a cell, so the line could not be taken apart."),
    "unreadable": _("It has a character that could not be read. Write it again."),
    "no_text": _("It is no text and no number, but something made of several."),
    "not_json": _("This line is no JSON."),
    "number_twice": _("The same product number stands in line %(line)s already."),
    "too_many_pictures": _("There are %(count)s more pictures; Meta takes at most %(most)s."),
    "image_private": _("The address of the picture leads into a private network. Put it on the public web."),
    "image_unreachable": _("The picture could not be fetched: %(reason)s. %(then)s"),
    "image_not_found": _("There is no picture at this address (its server answers %(status)s). %(then)s"),
    "image_too_large": _("The picture has more than %(most)s MB."),
    "image_no_image": _("What is at this address is no picture."),
    "image_wrong_type": _("The picture is %(type)s; Meta takes JPEG and PNG."),
    "image_too_small": _("The picture has %(width)s x %(height)s pixels; Meta wants at least 500 x 500."),
    "image_too_many_pixels": _(
        "The picture has %(width)s x %(height)s pixels; Galantis opens up to %(most)s millions."
    ),
    "image_broken": _("The picture is damaged and cannot be read."),
}
# Why a picture could not be fetched. A code of ours is stored, never what a library says of our network.
REASONS: dict[str, str | Promise] = {
    "name": _("its server's name is not known"),
    "connection": _("its server does not answer"),
    "tls": _("its server has no valid certificate"),
    "slow": _("its server takes too long"),
    "status": _("its server answers %(status)s"),
    "redirects": _("it leads from one address to the next"),
    "insecure": _("it leads to an address without https"),
    "odd": _("its server answers what is no answer"),
}
# The same, said of many products at once.
KINDS: dict[str, str | Promise] = {
    "missing": _("missing"),
    "brand_missing": _("missing"),
    "too_long": _("too long"),
    "not_a_price": _("no price"),
    "price_not_positive": _("not more than nothing"),
    "price_too_large": _("too large"),
    "sale_price_higher": _("not lower than the price"),
    "too_many_decimals": _("too many decimals"),
    "not_a_currency": _("no currency"),
    "currencies_differ": _("another one than the price names"),
    "not_a_choice": _("none that Meta knows"),
    "not_an_address": _("no web address"),
    "not_https": _("does not begin with https://"),
    "address_login": _("with a password"),
    "link_is_picture": _("the same as the picture"),
    "has_html": _("with HTML"),
    "unreadable": _("with a character that cannot be read"),
    "not_a_number": _("no whole number"),
    "number_twice": _("there twice"),
    "too_many_pictures": _("too many"),
    "image_private": _("in a private network"),
    "image_unreachable": _("could not be fetched"),
    "image_not_found": _("not found"),
    "image_too_large": _("too large"),
    "image_no_image": _("no picture"),
    "image_wrong_type": _("neither JPEG nor PNG"),
    "image_too_small": _("smaller than 500 x 500"),
    "image_too_many_pixels": _("too many pixels"),
    "image_broken": _("damaged"),
}


def problem(field: str, key: str, **facts) -> dict:
    """As it is stored."""
    return {"field": field, "key": key, **facts}


def words_of(found: Mapping) -> str:
    """What is wrong, without the field's name. A problem of unknown shape has no words, and is never an error."""
    words = WORDS.get(str(found.get("key", ""))) if isinstance(found, Mapping) else None
    if words is None:
        return gettext("Something is wrong with it.")
    try:
        return str(words) % {**found, "reason": _reason_of(found), "then": _then_of(found)}
    except (KeyError, TypeError, ValueError):
        return str(words)


def _reason_of(found: Mapping) -> str:
    reason = REASONS.get(str(found.get("reason", "")))
    return str(reason) % found if reason else gettext("nobody knows why")


def _then_of(found: Mapping) -> str:
    if found.get("again"):
        return gettext("Galantis tries again by itself.")
    return gettext("Mend it or write another address, and let Galantis look again.")


def sentence_of(found: Mapping) -> str:
    """With the field's name before it."""
    field = str(found.get("field", "")) if isinstance(found, Mapping) else ""
    return f"{label_of(field)}: {words_of(found)}" if field else words_of(found)


def kind_in_words(field: str, key: str) -> str:
    """What several products have in common, without the facts of any: “Picture: it is missing”."""
    words = KINDS.get(key) or gettext("something is wrong")
    return f"{label_of(field)}: {words}" if field else str(words)
