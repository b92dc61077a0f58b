"""Meta's side of catalogs: all products, and what the review says of each of them."""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from .. import control_catalogs as control
from ..commerce import review
from ..errors import BadRequest
from ..state import Product
from . import products as draw
from .home import badge
from .render import Html, el, join, one, page, problem, read_form, template

ON_A_PAGE = 50
KINDS = {"approved": "good", "rejected": "bad", "outdated": "bad"}


async def listed(request: Request) -> Response:
    meta, asked = request.app.state.meta, request.query_params
    found = _found(meta, asked)
    number = max(1, int(asked.get("page", "1"))) if asked.get("page", "1").isdigit() else 1
    start = (number - 1) * ON_A_PAGE
    names = {each.catalog_id: each.name for each in meta.world.catalogs.values()}
    kept = {name: value for name, value in asked.items() if name != "page" and value}
    back = f"/products/?{urlencode({**kept, 'page': number})}"
    content = template(
        "products.html",
        query=asked.get("q", ""),
        catalogs=_options({"": "All catalogs"} | names, asked.get("catalog_id", "")),
        statuses=_options(
            {"": "All statuses"} | {each: each for each in review.STATUSES if each}, asked.get("status", "")
        ),
        count=f"{len(found)} of {len(meta.world.products)} products",
        rows=join(_row(meta, each, back) for each in found[start : start + ON_A_PAGE])
        or el("p", "There is no such product.", class_="quiet"),
        pages=_pages(kept, number, len(found)),
        review=_review(meta),
        catalog_rows=join(_catalog(meta, each) for each in meta.world.catalogs.values()),
    )
    return page(request, "Products", content)


def _found(meta, asked) -> list[Product]:
    """Those in review first, then as they came."""
    text, catalog_id, status = asked.get("q", "").strip().lower(), asked.get("catalog_id", ""), asked.get("status", "")
    found = [
        each
        for each in list(meta.world.products.values())
        if catalog_id in ("", each.catalog_id)
        and status in ("", review.settle(meta, each).review_status)
        and (not text or text in each.retailer_id.lower() or text in each.data.get("name", "").lower())
    ]
    return sorted(found, key=lambda each: each.review_status != "pending")


def _options(choices: dict[str, str], chosen: str) -> Html:
    return join(el("option", words, value=value, selected=value == chosen) for value, words in choices.items())


def _catalog(meta, catalog) -> Html:
    linked = meta.world.wabas.get(catalog.linked_to)
    mark = badge(f"Shown by {linked.name}", "good") if linked else badge("Linked to no account")
    name = el("a", el("bdi", catalog.name), href=f"/products/?catalog_id={catalog.catalog_id}")
    batches = f"{catalog.batch_calls} batches came"
    counts = f"{catalog.catalog_id} · {len(meta.world.shelf(catalog.catalog_id))} products · {batches}"
    words = el("div", el("strong", name), el("span", counts, class_="quiet"))
    return el("div", words, mark, class_="row line")


def _row(meta, each: Product, back: str) -> Html:
    hint = f"{each.retailer_id} · {meta.world.catalogs[each.catalog_id].name}"
    status = each.review_status or "no status"
    marks = [badge(status, KINDS.get(each.review_status, ""))]
    why = [el("p", words, class_="quiet") for words in (each.reason, each.problem) if words]
    words = el(
        "div",
        draw.card(meta, each.catalog_id, each.retailer_id),
        el("p", hint, class_="quiet id-line"),
        *why,
        class_="about",
    )
    return el("div", words, el("div", *marks, class_="badges"), _deeds(each, back), class_="row line product-row")


def _deeds(each: Product, back: str) -> Html:
    """Without the one that would change nothing."""
    choices = {"approve": "Approve", "outdate": "Outdated", "pend": "Review again"}
    known = {"approved": "approve", "outdated": "outdate", "pending": "pend"}.get(each.review_status, "")
    buttons = [
        el("button", words, type="submit", name="do", value=deed, class_="plain small")
        for deed, words in choices.items()
        if deed != known
    ]
    field = el("input", type="text", name="reason", maxlength=300, placeholder=review.BY_HAND, aria_label="Reason")
    reject = el("button", "Reject", type="submit", name="do", value="reject", class_="plain small")
    hidden = el("input", type="hidden", name="back", value=back)
    fold = el("details", el("summary", "Reject"), el("div", field, reject, class_="badges"), class_="rejecting")
    return el("form", hidden, *buttons, fold, method="post", action=f"/products/{each.product_id}", class_="badges")


def _pages(kept: dict, number: int, count: int) -> Html:
    ways = [("Earlier", number - 1)] if number > 1 else []
    ways += [("Later", number + 1)] if number * ON_A_PAGE < count else []
    links = [el("a", words, href=f"/products/?{urlencode({**kept, 'page': to})}") for words, to in ways]
    return el("nav", join(links, " "), class_="pages", aria_label="Pages") if links else Html()


def _review(meta) -> Html:
    is_by_hand = review.is_by_hand(meta)
    words = (
        "Products wait until you approve or reject them."
        if is_by_hand
        else f"Each product is reviewed by itself after {review.delay_of(meta):g} seconds: "
        f"rejected for a word like “{review.BAD_WORDS[0]}”, else approved."
    )
    label, value = ("Review by itself", "1") if is_by_hand else ("Review by hand", "")
    button = el("button", label, type="submit", name="automatic", value=value, class_="plain small")
    form = el("form", button, method="post", action="/products/review/")
    return el("div", el("span", words), form, class_="card row")


async def set_review(request: Request) -> Response:
    form = await read_form(request)
    control.commerce(request.app.state.meta, {"automatic": one(form, "automatic")})
    return RedirectResponse("/products/", status_code=303)


async def do(request: Request) -> Response:
    form = await read_form(request)
    data = {"product_id": request.path_params["product_id"], "do": one(form, "do"), "reason": one(form, "reason")}
    back = one(form, "back")
    try:
        control.do(request.app.state.meta, data)
    except BadRequest as exc:
        return problem(request, "That did not happen", str(exc))
    return RedirectResponse(back if back.startswith("/products/?") else "/products/", status_code=303)


routes = [
    Route("/products/", listed),
    Route("/products/review/", set_review, methods=["POST"]),
    Route("/products/{product_id}", do, methods=["POST"]),
]
