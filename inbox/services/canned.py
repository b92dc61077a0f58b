"""Canned replies: written once, found by `/` and their shortcut, filled for the customer who gets them."""

import re
from collections.abc import Mapping

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inbox.models import CannedReply, Thread
from inbox.outgoing import LONGEST_TEXT
from inbox.services import facts
from meta_integration.walk import storable
from workspaces import services as workspaces
from workspaces.models import User, Workspace

VARIABLES = {
    "customer.first_name": gettext_lazy("the customer's first name"),
    "customer.name": gettext_lazy("the customer's whole name"),
    "shop.name": gettext_lazy("the name of your shop"),
    "agent.name": gettext_lazy("the name of whoever answers"),
}
GAP = re.compile(r"\{\{\s*([\w.]*)\s*\}\}")
LONGEST_SHORTCUT = 40
# More are found by nobody in a list under a text.
MOST = 500


class BadReply(ValueError):
    """It cannot be kept. `problems` says of each field what is wrong, in plain words."""

    def __init__(self, problems: dict[str, str]):
        super().__init__(" ".join(problems.values()))
        self.problems = problems


def save(
    workspace: Workspace, shortcut: str, text: str, *, actor: User, reply: CannedReply | None = None
) -> CannedReply:
    """Write a new one, or change `reply`. Raises BadReply."""
    shortcut = storable(shortcut).strip().removeprefix("/")
    text = storable(text).strip().replace("\r\n", "\n")
    if problems := _problems(workspace, shortcut, text, reply):
        raise BadReply(problems)
    row = reply or CannedReply(workspace=workspace)
    row.shortcut, row.text = shortcut, text
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:  # Another has taken it at the same moment.
        raise BadReply({"shortcut": _taken(shortcut)}) from None
    workspaces.note(workspace, actor, "changed a canned reply" if reply else "wrote a canned reply", f"/{shortcut}")
    return row


def delete(reply: CannedReply, *, actor: User) -> None:
    workspaces.note(reply.workspace, actor, "deleted a canned reply", str(reply))
    reply.delete()


def filled_for(thread: Thread, agent: User) -> list[dict]:
    """Each reply with its text as this customer would get it."""
    known = known_of(thread, agent)
    replies = CannedReply.objects.for_workspace(thread.workspace)[:MOST]
    return [{"shortcut": each.shortcut, "text": fill(each.text, known)} for each in replies]


def known_of(thread: Thread, agent: User) -> dict:
    return {**facts.of_thread(thread), "agent": {"name": agent.label}}


def fill(text: str, known: Mapping) -> str:
    """What is not known leaves no hole: "Hello {{customer.first_name}}, ..." becomes "Hello, ..."."""

    def value(found: re.Match) -> str:
        holder, _dot, name = found[1].partition(".")
        return str(known.get(holder, {}).get(name, "")).strip() or "\0"

    return re.sub(r"[ \t]*\0", "", GAP.sub(value, text)).lstrip(" ")


def _problems(workspace: Workspace, shortcut: str, text: str, reply: CannedReply | None) -> dict[str, str]:
    problems = {}
    if not re.fullmatch(r"[\w.-]+", shortcut) or len(shortcut) > LONGEST_SHORTCUT:
        problems["shortcut"] = _(
            "The shortcut is one word of at most %(most)s letters, digits, dots and dashes, such as “hours”."
        ) % {"most": LONGEST_SHORTCUT}
    others = CannedReply.objects.for_workspace(workspace).filter(shortcut__iexact=shortcut)
    if "shortcut" not in problems and others.exclude(pk=reply.pk if reply else None).exists():
        problems["shortcut"] = _taken(shortcut)
    if not text:
        problems["text"] = _("The text is missing.")
    elif len(text) > LONGEST_TEXT:
        words = _("The text has %(length)s characters, and WhatsApp takes %(most)s at most.")
        problems["text"] = words % {"length": len(text), "most": LONGEST_TEXT}
    elif unknown := [name for name in GAP.findall(text) if name not in VARIABLES]:
        words = _("Nothing is called “{{%(name)s}}”. These can be filled in: %(names)s.")
        names = ", ".join(f"{{{{{each}}}}}" for each in VARIABLES)
        problems["text"] = words % {"name": unknown[0], "names": names}
    return problems


def _taken(shortcut: str) -> str:
    return _("There is a reply with the shortcut “/%(shortcut)s” already. Choose another.") % {"shortcut": shortcut}
