"""Meta's side of the desk: all templates, and what Meta may do to each of them."""

import json
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from .. import control_templates as control
from ..errors import BadRequest
from ..message_templates import clock, parts, samples
from ..state import MessageTemplate
from . import previews
from .home import badge
from .render import Html, el, join, one, page, problem, read_form, template

ON_A_PAGE = 50
GOOD, BAD = ("APPROVED",), ("REJECTED", "PAUSED", "DISABLED", "LIMIT_EXCEEDED")
BOXES = ("with_dash", "without_category", "as_status", "silent")
PAUSES = ("", "FIRST_PAUSE", "SECOND_PAUSE", "RATE_LIMITING_PAUSE", "DISABLED")


async def listed(request: Request) -> Response:
    meta, asked = request.app.state.meta, request.query_params
    found = _found(meta, asked)
    number = max(1, int(asked.get("page", "1"))) if asked.get("page", "1").isdigit() else 1
    start = (number - 1) * ON_A_PAGE
    rows = [_row(meta, each) for each in found[start : start + ON_A_PAGE]]
    content = template(
        "moderator.html",
        query=asked.get("q", ""),
        accounts=_options({"": "All accounts"} | _account_names(meta), asked.get("waba_id", "")),
        statuses=_options({"": "All statuses"} | {each: each for each in _statuses(meta)}, asked.get("status", "")),
        count=f"{len(found)} of {len(meta.world.templates)} templates",
        rows=join(rows) or el("p", "There is no such template.", class_="quiet"),
        pages=_pages(asked, number, len(found)),
        review=_review(meta),
    )
    return page(request, "Templates", content)


def _found(meta, asked) -> list[MessageTemplate]:
    """Those in review first, then the newest."""
    text, waba_id, status = asked.get("q", "").strip().lower(), asked.get("waba_id", ""), asked.get("status", "")
    found = [
        each
        for each in meta.world.templates.values()
        if waba_id in ("", each.waba_id)
        and status in ("", each.status)
        and (not text or text in each.name or text in parts.words_of(each.components).lower())
    ]
    return sorted(found, key=lambda each: (each.status != "PENDING", -each.created_at, each.name, each.language))


def _account_names(meta) -> dict[str, str]:
    return {waba.waba_id: waba.name for waba in meta.world.wabas.values()}


def _statuses(meta) -> list[str]:
    return list(dict.fromkeys([*parts.STATUSES, *sorted({each.status for each in meta.world.templates.values()})]))


def _options(choices: dict[str, str], chosen: str) -> Html:
    return join(el("option", words, value=value, selected=value == chosen) for value, words in choices.items())


def _row(meta, each: MessageTemplate) -> Html:
    name = el("a", el("bdi", each.name), href=f"/moderator/{each.template_id}")
    hint = f"{each.language} · {each.category.capitalize()} · {meta.world.wabas[each.waba_id].name}"
    words = el("div", el("strong", name), el("span", hint, class_="quiet"))
    quick = _quick(each) if each.status == "PENDING" else ""
    return el("div", words, el("div", *_marks(each), quick, class_="badges"), class_="row line")


def _marks(each: MessageTemplate) -> list[Html]:
    kind = "good" if each.status in GOOD else "bad" if each.status in BAD else ""
    marks = [badge(each.status, kind)]
    marks += [badge(f"Quality: {each.quality}")] if each.quality != "UNKNOWN" else []
    marks += [badge(f"Becomes {each.correct_category}", "bad")] if each.correct_category else []
    marks += [badge(f"Sending: error {each.error_when_sent}", "bad")] if each.error_when_sent else []
    return marks


def _quick(each: MessageTemplate) -> Html:
    buttons = [
        el("button", label, type="submit", name="do", value=deed, class_="plain small")
        for deed, label in (("approve", "Approve"), ("reject", "Reject"))
    ]
    back = el("input", type="hidden", name="back", value="list")
    return el("form", back, *buttons, method="post", action=f"/moderator/{each.template_id}", class_="badges")


def _pages(asked, number: int, count: int) -> Html:
    kept = {name: value for name, value in asked.items() if name != "page" and value}
    ways = [("Earlier", number - 1)] if number > 1 else []
    ways += [("Later", number + 1)] if number * ON_A_PAGE < count else []
    links = [el("a", words, href=f"/moderator/?{urlencode({**kept, 'page': to})}") for words, to in ways]
    return el("nav", join(links, " "), class_="pages", aria_label="Pages") if links else Html()


def _review(meta) -> Html:
    is_by_hand = meta.world.is_review_by_hand or meta.settings.review_delay < 0
    words = (
        "Templates wait until you approve or reject them."
        if is_by_hand
        else f"Each template is approved by itself {meta.settings.review_delay:g} seconds after it was submitted."
    )
    label = "Review by itself" if is_by_hand else "Review by hand"
    value = "1" if is_by_hand else ""
    button = el("button", label, type="submit", name="automatic", value=value, class_="plain small")
    form = el("form", button, method="post", action="/moderator/review/")
    return el("div", el("span", words), form, class_="card row")


async def review(request: Request) -> Response:
    form = await read_form(request)
    clock.set_review(request.app.state.meta, not one(form, "automatic"))
    return RedirectResponse("/moderator/", status_code=303)


async def shown(request: Request) -> Response:
    meta = request.app.state.meta
    each = meta.world.templates.get(request.path_params["template_id"])
    if each is None:
        return problem(request, "No such template", "It was deleted, or never was.", 404)
    content = template(
        "moderator_template.html",
        title=each.name,
        address=f"/moderator/{each.template_id}",
        facts=join(_fact(name, value) for name, value in _facts(meta, each).items()),
        marks=el("div", *_marks(each), class_="badges"),
        preview=previews.of(each),
        reasons=_options({each: each for each in parts.REASONS if each != "NONE"}, "INVALID_FORMAT"),
        pauses=_options({which: which or "The next one" for which in PAUSES}, ""),
        categories=_options({name: name for name in parts.CATEGORIES}, "MARKETING"),
        qualities=_options({name: name for name in reversed(parts.QUALITIES)}, "YELLOW"),
        statuses=join(el("option", value=name) for name in (*parts.STATUSES, "LOCKED")),
        components=json.dumps(each.components, indent=1, ensure_ascii=False),
        error=each.error_when_sent or "",
    )
    return page(request, each.name, content, wide=True)


def _facts(meta, each: MessageTemplate) -> dict[str, str]:
    facts = {
        "Id": each.template_id,
        "Account": f"{meta.world.wabas[each.waba_id].name}, {each.waba_id}",
        "Language": each.language,
        "Category": each.category + (f", was {each.previous_category}" if each.previous_category else ""),
        "Variables": each.parameter_format,
        "Rejected for": each.rejected_reason if each.status == "REJECTED" else "",
        "With the words": " ".join(each.rejection_info.values()),
        "Paused so far": f"{each.pauses} times" if each.pauses else "",
    }
    return {name: value for name, value in facts.items() if value}


def _fact(name: str, value: str) -> Html:
    return el("div", el("dt", name), el("dd", value))


async def do(request: Request) -> Response:
    meta, form = request.app.state.meta, await read_form(request)
    template_id = request.path_params["template_id"]
    data = {name: values[-1] for name, values in form.items()} | {"template_id": template_id}
    data |= (
        {"error_when_sent": one(form, "error_when_sent")}
        | {name: name in form for name in BOXES}
        | {"tell": "silent" not in form}
    )
    deed = data.get("do", "")
    if not deed:  # Enter in a text field is no decision
        return RedirectResponse(f"/moderator/{template_id}", status_code=303)
    del data["do" if deed == "error" else "error_when_sent"]
    try:
        if deed == "change":
            data["components"] = _components(data.get("components", ""))
        control.do(meta, data)
    except BadRequest as exc:
        return problem(request, "That did not happen", str(exc))
    is_gone = template_id not in meta.world.templates or one(form, "back") == "list"
    return RedirectResponse("/moderator/" if is_gone else f"/moderator/{template_id}", status_code=303)


def _components(text: str) -> list:
    try:
        return json.loads(text)
    except ValueError:
        raise BadRequest("The components are not JSON.") from None


async def sample(request: Request) -> Response:
    """An example of a header as Meta's CDN gives it: to everybody who knows the address."""
    meta = request.app.state.meta
    name = request.path_params["name"].partition(".")[0]
    upload = next((each for each in meta.world.uploads.values() if each.file == name and each.handle), None)
    data = meta.files.read(upload.file) if upload else None
    return Response(status_code=404) if data is None else Response(data, media_type=upload.file_type)


routes = [
    Route("/moderator/", listed),
    Route("/moderator/review/", review, methods=["POST"]),
    Route("/moderator/{template_id}", shown),
    Route("/moderator/{template_id}", do, methods=["POST"]),
    Route(f"/{samples.PATH}/{{name}}", sample),
]
