"""What the list on the inbox page shows: the built-in and the saved lists, the rows, or what a search found."""

from dataclasses import dataclass

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from inbox import listing, working
from inbox.listing import Filters
from inbox.models import SavedView, Tag, Thread
from inbox.services import saved_lists, searching, snoozing, work
from meta_integration.models import PhoneNumber


@dataclass
class Tab:
    """One of the built-in lists."""

    name: str
    label: str
    url: str
    count: str
    is_current: bool


def rows_context(request, selected: str, given: QueryDict | None = None) -> dict:
    """The rows, and the counts beside the built-in lists: what changes while the page is open."""
    given = request.GET if given is None else given
    wanted = Filters.read(given)
    place = given.get("older_than", "") if listing.place_of(given.get("older_than", ""))[0] else ""
    context = {
        "filters": wanted,
        "list_query": wanted.query(),
        "tabs": _tabs(request, wanted),
        "labels": _labels(request),
        "selected": selected,
        "older_than": place,
        "refresh_query": _refresh_query(wanted, selected, place),
    }
    if wanted.search:
        return {**context, **_found(request, wanted)}
    rows = listing.threads(request.workspace, request.user, wanted)
    threads, older = listing.page(rows, wanted, place)
    return {
        **context,
        "threads": threads,
        "older_threads": older,
        "older_query": wanted.query(older_than=older),
    }


def controls_context(request) -> dict:
    """What the list can be filtered by, and the saved lists: drawn with the page."""
    mine = SavedView.objects.for_workspace(request.workspace)
    return {
        "list_statuses": listing.STATUSES,
        "sorts": listing.SORTS,
        "shop_numbers": PhoneNumber.objects.for_workspace(request.workspace).order_by("-is_default", "pk"),
        "shop_tags": Tag.objects.for_workspace(request.workspace),
        "saved_views": saved_lists.seen_by(mine, request.user),
        "user_role": request.role,
        **working.duty(request),
        "bulk_team": work.team_of(request.workspace),
        "bulk_moments": snoozing.moments(),
        "has_conversations": Thread.objects.for_workspace(request.workspace).exists(),
    }


def _labels(request) -> dict[int, str]:
    """What tells the shop's numbers apart in the rows; nothing where there is but one."""
    numbers = PhoneNumber.objects.for_workspace(request.workspace).only("display_phone_number", "verified_name")
    labels = {number.pk: str(number) for number in numbers}
    return labels if len(labels) > 1 else {}


def _tabs(request, wanted: Filters) -> list[Tab]:
    counts, url = listing.counts(request.workspace, request.user), reverse("inbox:list")
    return [
        Tab(
            name=who,
            label=str(label),
            url=url + Filters(who=who, status=listing.usual_status(who)).query(),
            count=_("%(count)s+") % {"count": listing.COUNTED - 1}
            if counts[who] >= listing.COUNTED
            else str(counts[who] or ""),
            is_current=who == wanted.who and not wanted.search,
        )
        for who, label in listing.WHO.items()
    ]


def _refresh_query(wanted: Filters, selected: str, place: str) -> str:
    """Where the open page asks for its rows again."""
    query = wanted.query(selected=selected, older_than=place)
    return query or "?"


def _found(request, wanted: Filters) -> dict:
    found = searching.search(request.workspace, wanted.search)
    hits = {message.thread_id: message for message in found.messages}
    rows = listing.dressed(Thread.objects.for_workspace(request.workspace))
    by_pk = rows.in_bulk({*found.customers, *hits})
    listing.tag(list(by_pk.values()))
    customers = [by_pk[pk] for pk in found.customers if pk in by_pk]
    # The same conversation stands in both groups: each leads to another place, so each row is one of its own.
    talked = [_Hit(by_pk[pk], message, found.words, wanted) for pk, message in hits.items() if pk in by_pk]
    return {"found": found, "threads": customers, "hits": talked, "older_threads": ""}


class _Hit:
    """A conversation, and the newest of its messages with the words."""

    def __init__(self, thread: Thread, message: searching.Hit, words: list[str], wanted: Filters):
        self.thread, self.at = thread, message.at
        self.pieces = searching.snippet(message.body, words)
        self.query = f"{wanted.query(around=message.pk)}#message-{message.pk}"
