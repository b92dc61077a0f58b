"""One conversation on the inbox page: its messages, and what the person answers with, whole or as htmx asks for it."""

import uuid

from django.shortcuts import render

from inbox import composer, customer, door, history, list_pane, listing, news, shortcuts, working
from inbox.models import Thread
from inbox.services import choosing, presence
from meta_integration.filetypes import KINDS
from meta_integration.models import PhoneNumber
from meta_integration.walk import storable
from workspaces import live
from workspaces import services as workspaces

# What stands below the messages.
WRITE, CHOOSE, FILL, SPECIAL, NOTE = "write", "choose", "fill", "special", "note"
# Which part htmx asks for, by the element it fills.
PARTS = {
    "open": "_open",
    "panel": "_customer",
    "messages": "_messages",
    "older": "_rows",
    "answer": "_answer",
    "found": "_templates",
}
# The page's own files, in the order in which they are loaded.
STYLESHEETS = [f"inbox/{name}.css" for name in ("inbox", "list", "conversation", "composer", "work", "panel")]
COMPOSER = ("composer", "window", "attachments", "voice", "emoji", "canned", "pending", "forms")
LIST = ("live", "news", "list", "together", "keyboard")
SCRIPTS = [f"inbox/{name}.js" for name in (*LIST, "conversation", *COMPOSER, "work", "notes", "panel")]


def show(request, current: Thread, *, page: str = "inbox/inbox.html", status: int = 200, target: str = "", **answer):
    """The conversation, `answer` saying what stands below it: by itself what the window allows."""
    part = PARTS.get(target or request.htmx.target, "_conversation") if request.htmx else ""
    context = {"problem": "", "text": "", "list_query": listing.Filters.read(request.GET).query(), **answer}
    if part in ("", "_open", "_conversation"):
        context |= _here(request, current)
    if part in ("", "_open", "_conversation", "_messages", "_rows"):
        context = history.context(request, current) | context
    if part in ("", "_open", "_conversation"):
        context |= working.context(request, current)
    if part not in ("_messages", "_rows", "_customer"):
        context |= _answer(request, current, context)
    if part in ("", "_open", "_customer"):
        context |= customer.context(current)
    if part:
        return render(request, f"inbox/{part}.html", {"thread": current, **context}, status=status)
    context = {**list_context(request, str(current.pk)), "thread": current, **context}
    return render(request, page, context, status=status)


def _here(request, current: Thread) -> dict:
    """Who else is here; and the versions of what the page shows, read before the rows."""
    keys = door.keys_of_thread(request.workspace.pk, current.pk)
    version = live.board.version(request.workspace.pk, keys, unlike=None)
    return {"thread_version": version, "others": presence.others(current, request.user)}


def list_context(request, selected: str) -> dict:
    told = news.context(request)
    return {
        **list_pane.rows_context(request, selected),
        **list_pane.controls_context(request),
        **told,
        **news.wishes(request),
        "stylesheets": STYLESHEETS,
        "scripts": SCRIPTS,
        "shortcuts": shortcuts.GROUPS,
    }


def connected_numbers(request) -> list[PhoneNumber]:
    connected = PhoneNumber.objects.for_workspace(request.workspace).filter(state=PhoneNumber.State.CONNECTED)
    return list(connected.order_by("-is_default", "pk"))


def _answer(request, current: Thread, given: dict) -> dict:
    """A text that is not sent yet stays where it was written, whatever has become of the window."""
    has_begun = given["text"] or given.get("attached")
    as_usual = WRITE if current.is_window_open() or has_begun else CHOOSE
    answer = given.get("answer") or (NOTE if request.GET.get("write") == NOTE else as_usual)
    context = {"answer": answer, "key": uuid.uuid4(), "accepted": ",".join(KINDS), "as_usual": as_usual}
    if answer == WRITE and workspaces.may_reply(request.role):
        context |= composer.context(request, current, given)
    if answer == NOTE:
        context |= working.team(request, current)
    if answer == CHOOSE and workspaces.may_reply(request.role):
        wanted = storable(request.GET.get("q", ""))[:100]
        found = choosing.sendable(current, wanted)
        context |= {"wanted": wanted, "templates": found[: choosing.SHOWN], "has_more": len(found) > choosing.SHOWN}
        context["may_market"] = workspaces.may_market(request.role)
    return context
