"""Why Meta has not taken a product, or a call with many: in our words, with Meta's beside them.

Stored as {"title", "happened", "todo", "code", "said"}.
"""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from meta_integration.error_book import plain_words
from meta_integration.graph.errors import GraphAPIError, GraphError, RateLimited, TokenRejected

SAID = 1000


def problem_of(title: str, happened: str, todo: str, *, code: str = "", said: str = "") -> dict:
    return {"title": title, "happened": happened, "todo": todo, "code": code, "said": said[:SAID]}


# One product ----------------------------------------------------------------------------------------------------------
def of_product(messages: Iterable[str]) -> dict:
    """Meta named what is wrong with this one."""
    said = " ".join(dict.fromkeys(filter(None, messages)))
    if not said:
        return without_reason()
    todo = _about(said) or _("Change what Meta names and save. It is sent again by itself.")
    return problem_of(_("Meta refused this product"), _not_taken(), todo, said=said)


def of_exception(exc: GraphAPIError) -> dict:
    said = said_by(exc)
    happened = plain_words(exc.code, exc.subcode) or _not_taken()
    todo = _about(said) or _("Change what Meta names and save. It is sent again by itself.")
    return problem_of(_("Meta refused this product"), happened, todo, code=code_of(exc), said=said)


def without_reason() -> dict:
    todo = _("Compare the product with one that Meta has taken: picture, price, web address, description. Then save.")
    return problem_of(_("Meta refused this product and named no reason"), _not_taken(), todo)


def took_nothing() -> dict:
    happened = _("Galantis sent it five times. Each time Meta took nothing of what was sent and gave no reason.")
    todo = _("Send it again later. If it stays so, ask support.")
    return problem_of(_("Meta took nothing and gave no reason"), happened, todo)


def never_arrived() -> dict:
    happened = _("Galantis sent it five times and looked at Meta each time: the catalog there does not have it so.")
    todo = _("Look at the product in Meta's Commerce Manager, then send it again. If it stays so, ask support.")
    return problem_of(_("Meta never took this product"), happened, todo)


# A whole call ---------------------------------------------------------------------------------------------------------
def of_call(exc: GraphError) -> dict:
    """Meta took none of it, or it is not known whether."""
    if not isinstance(exc, GraphAPIError):
        return no_answer()
    happened = plain_words(exc.code, exc.subcode) or _("Meta refused the call as a whole.")
    if isinstance(exc, TokenRejected):
        title, todo = _("Meta refuses the access"), _("Connect the account again. What waits is sent then.")
    elif isinstance(exc, RateLimited):
        title, todo = _("Meta asked to wait"), _("Nothing. Galantis goes on by itself when the time is over.")
    else:
        title, todo = _("Meta did not take the call"), _("Nothing for now. Galantis tries again by itself.")
    return problem_of(title, happened, todo, code=code_of(exc), said=said_by(exc))


def no_answer() -> dict:
    happened = _("Meta gave no answer that could be read. Whether it took the products is not known.")
    return problem_of(_("Meta did not answer"), happened, _("Nothing. Galantis sends them again by itself."))


def worker_died(was_sent: bool) -> dict:
    if was_sent:
        happened = _("Galantis was stopped before Meta's answer was written down.")
    else:
        happened = _("Galantis was stopped before anything was sent.")
    return problem_of(_("Interrupted"), happened, _("Nothing. The products are sent again by themselves."))


def nothing_taken() -> dict:
    happened = _("Meta answered without an error and took none of the products.")
    return problem_of(
        _("Meta took nothing"), happened, _("Look at each product: where Meta gave a reason it is there.")
    )


def number_exists() -> dict:
    happened = _("The product number is in the catalog at Meta already.")
    todo = _("Nothing. Galantis sends the product again in a way that changes the one that is there.")
    return problem_of(_("The number exists"), happened, todo)


def no_access() -> str:
    return _("The stored access cannot be opened any more. Connect the account again.")


def left_alone() -> dict:
    happened = _("The shop does not fill this catalog any more, so Meta is not asked what became of it.")
    return problem_of(_("The catalog was left"), happened, "")


def looked_up(reason: str, ends_as: str) -> dict:
    """Why the products of a batch are looked up at Meta, and how the batch ends then."""
    reasons = {
        "lost": _("Meta does not know the receipt of this batch any more."),
        "endless": _("Meta did not finish this batch within a day."),
        "unnamed": _("Meta counted more errors than it named."),
        "removals": _("Meta refused to remove a product, perhaps because it was not there."),
    }
    todo = _("Nothing. Galantis looks each product up at Meta and sends again what is not there.")
    return {**problem_of(_("Looked up at Meta"), reasons[reason], todo), "ends_as": ends_as}


# Meta's words ---------------------------------------------------------------------------------------------------------
def said_by(exc: GraphAPIError) -> str:
    return ": ".join(text for text in (exc.user_title, exc.user_message) if text) or exc.details


def code_of(exc: GraphAPIError) -> str:
    return exc.known.key if exc.known else "-".join(str(part) for part in (exc.code, exc.subcode) if part)


def _not_taken() -> str:
    return _("Meta did not take what was sent. What it had of this product before stays as it was.")


def _about(said: str) -> str:
    """What to do, where Meta's words name the matter. The first that fits counts."""
    words = said.lower()
    for names, todo in (
        (("image", "picture", "photo"), _("Give it another picture: JPEG or PNG, at least 500 x 500 pixels, public.")),
        (("sale price", "sale_price"), _("Make the sale price lower than the price, in the same currency.")),
        (("price", "currency"), _("Correct the price and its currency.")),
        (("link", "url", "domain"), _("Correct the web address: it must be public and begin with https://.")),
        (("title", "name"), _("Correct the title.")),
        (("description",), _("Correct the description.")),
        (("brand", "gtin", "mpn"), _("Correct the brand or the barcode.")),
        (("policy", "policies", "prohibited"), _("Meta does not allow this product. Keep it out of the catalog.")),
    ):
        if any(name in words for name in names):
            return todo
    return ""
