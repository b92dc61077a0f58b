"""Reading Meta's list now, and what each reading found."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from meta_integration.models import WABA
from templates_app.models import TemplateSync
from templates_app.pages import live_part, member_page, part_or_nothing, said_by, show
from templates_app.services import sync as syncing
from workspaces import services

RECEIPTS_SHOWN = 20


@member_page
def sync(request):
    """The receipts of the last readings. POST reads every connected account now."""
    if request.method == "POST":
        if not services.may_market(request.role):
            raise PermissionDenied
        accounts = WABA.objects.for_workspace(request.workspace).filter(state=WABA.State.CONNECTED)
        for account in accounts:
            syncing.start(account, request.user)
        if not accounts:
            messages.error(request, _("No account is connected, so there is nothing to read. Connect WhatsApp first."))
        return redirect("templates_app:sync")
    context = {**said_by(request), "part": _receipts(request)}
    return show(request, "sync.html", _("Templates at Meta"), context)


@member_page
def sync_status(request):
    return part_or_nothing(_receipts(request))


def _receipts(request) -> str:
    """The latest reading of each account with all it found, and those before in short."""
    syncs = TemplateSync.objects.for_workspace(request.workspace).select_related("account", "asked_by")
    latest = {}
    receipts = list(syncs.order_by("-started_at", "-pk")[:RECEIPTS_SHOWN])
    for each in receipts:
        each.is_running = not each.finished_at
        each.is_begun = each.pages > 0 or each.heard_at > timezone.now() - syncing.LEASE
        each.found = _found(each)
        latest.setdefault(each.account_id, each)
    context = {
        "latest": latest.values(),
        "older": [each for each in receipts if latest[each.account_id] is not each],
        "url": reverse("templates_app:sync_status"),
    }
    return live_part(request, "_sync.html", context, is_moving=any(each.is_running for each in receipts))


def _found(receipt: TemplateSync) -> list[dict]:
    """What it found of each kind: how many, and their names as far as they were kept."""
    kinds = {
        "added": _("New here"),
        "changed": _("Changed"),
        "missing": _("No longer listed by Meta"),
        "skipped": _("Could not be read"),
    }
    named = receipt.names if isinstance(receipt.names, dict) else {}
    found = []
    for kind, title in kinds.items():
        names = [_in_words(each) for each in named.get(kind) or []]
        count = getattr(receipt, kind)
        found.append({"title": title, "count": count, "names": names, "more": max(count - len(names), 0)})
    return found


def _in_words(name: object) -> str:
    """A name, or a name with its language or with the reason why it was left out."""
    return " · ".join(str(each) for each in name if each) if isinstance(name, list) else str(name)
