"""/{phone_number_id}/block_users: whom the shop does not want to hear from."""

from starlette.responses import JSONResponse

from ..errors import GraphError, error_body, new_trace_id, webhook_error
from ..state import Chat, Customer, Number
from . import access
from .access import MESSAGING
from .calls import Call

MOST_IN_A_CALL, MOST_BLOCKED = 1000, 64_000
PAGE, LARGEST_PAGE = 25, 1000
NOT_WRITTEN = "The user has not written to this phone number in the last 24 hours."
NO_USER = "The user is not on WhatsApp."
FULL = "The blocklist of this phone number is full."


def block(meta, call: Call) -> dict | JSONResponse:
    number = access.number_of(meta, call, MESSAGING)
    _check_weather(meta)
    return _answer(*_changed(meta, number, _users(call), to=True), "added_users")


def unblock(meta, call: Call) -> dict | JSONResponse:
    number = access.number_of(meta, call, MESSAGING)
    _check_weather(meta)
    return _answer(*_changed(meta, number, _users(call), to=False), "removed_users")


def listed(meta, call: Call) -> dict:
    """A cursor is the place in the list."""
    number = access.number_of(meta, call, MESSAGING)
    limit, after = call.text("limit"), call.text("after")
    size = min(int(limit), LARGEST_PAGE) if limit.isdigit() and int(limit) else PAGE
    start = int(after) if after.isdigit() else 0
    blocked = _blocked(meta, number)
    people = [meta.world.customers[chat.wa_id] for chat in blocked[start : start + size]]
    rows = [{"messaging_product": "whatsapp", **_ids_of(customer)} for customer in people]
    answer = {"data": rows}
    if rows:
        answer["paging"] = {"cursors": {"before": str(start), "after": str(start + len(rows))}}
        if start + size < len(blocked):
            answer["paging"]["next"] = f"{call.url}?limit={size}&after={start + len(rows)}"
    return answer


def _blocked(meta, number: Number) -> list[Chat]:
    chats = meta.world.chats.values()
    return [chat for chat in chats if chat.phone_number_id == number.phone_number_id and chat.is_blocked]


def _ids_of(customer: Customer) -> dict:
    return {"user_id": customer.user_id} if customer.hides_number else {"wa_id": customer.wa_id}


def _check_weather(meta) -> None:
    code = int(meta.weather.number("block_refused"))
    if code:
        raise GraphError(code, details="Made by the weather of the sandbox.")


def _users(call: Call) -> list[str]:
    if call.required("messaging_product") != "whatsapp":
        raise GraphError(100, "(#100) Param messaging_product must be one of {WHATSAPP}")
    users = call.params.get("block_users")
    if not isinstance(users, list) or not all(isinstance(each, dict) and each.get("user") for each in users):
        raise GraphError(100, "(#100) Param block_users must be an array of objects with the field user.")
    if not 1 <= len(users) <= MOST_IN_A_CALL:
        raise GraphError(100, f"(#100) Param block_users must have 1 to {MOST_IN_A_CALL} elements.")
    return [str(each["user"]) for each in users]


def _changed(meta, number: Number, users: list[str], *, to: bool) -> tuple[list[dict], list[dict]]:
    """Who is blocked (or free) now, and who is not. Twice is no failure."""
    done, failed, count = [], [], len(_blocked(meta, number))
    for user in users:
        customer = meta.world.find_customer(user)
        chat = meta.world.chat(customer.wa_id, number.phone_number_id) if customer else None
        entry = {"input": user, **(_ids_of(customer) if customer else {})}
        error = _why_not(meta, chat, count) if to or not chat else None
        if error:
            failed.append({**entry, "errors": [error]})
            continue
        count += to and not chat.is_blocked
        chat.is_blocked = to
        done.append(entry)
    meta.note_change()
    return done, failed


def _why_not(meta, chat: Chat | None, count: int) -> dict | None:
    if chat is None:
        return _error(131026, NO_USER)
    if chat.is_blocked:
        return None
    if not meta.world.is_window_open(chat):
        return _error(131047, NOT_WRITTEN)
    return _error(139101, FULL) if count >= MOST_BLOCKED else None


def _error(code: int, details: str) -> dict:
    error = webhook_error(code, details)
    return {name: error[name] for name in ("message", "code", "error_data")}


def _answer(done: list[dict], failed: list[dict], word: str) -> dict | JSONResponse:
    """With a failure among them it is an error too, beside the list of those for whom it went well."""
    users = {word: done} if done or not failed else {}
    if not failed:
        return {"messaging_product": "whatsapp", "block_users": users}
    details = "Failed to block some users, see the block_users response list for details"
    error = error_body(GraphError(139100, details=details), new_trace_id())
    content = {"messaging_product": "whatsapp", "block_users": {**users, "failed_users": failed}, **error}
    return JSONResponse(content, status_code=400)
