"""What a page says of all that waits for its person: the count in its title, and what it may ring for."""

from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from inbox import door
from inbox.models import Agent, Mention, Thread
from workspaces import live
from workspaces import services as workspaces

# What came before is no news: it was told then, or nobody was here.
NEWS_FOR = timedelta(minutes=2)
TOLD = 5
# Nobody needs to know how many more wait.
COUNTED = 1000


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to ring for. The key is another one for each message; the words name a person and repeat nothing."""

    key: str
    thread: int
    url: str
    words: str


@dataclass(slots=True)
class News:
    unread: int = 0
    items: list[Item] = field(default_factory=list)

    @property
    def unread_shown(self) -> str:
        return _("%(count)s+") % {"count": COUNTED - 1} if self.unread >= COUNTED else str(self.unread)


def context(request) -> dict:
    """For a page's list, in a fixed number of queries."""
    # Read before the rows: a change in between is then seen once more, not never.
    version = live.board.version(request.workspace.pk, door.keys_of(request.workspace.pk), unlike=None)
    person = request.user.pk if workspaces.may_reply(request.role) else 0
    token = live.token_for(request.workspace.pk, person)
    return {"live_version": version, "live_token": token, "news": _news(request)}


def wishes(request) -> dict:
    """Whether the person wants to be rung for, or shown a notification."""
    return {"wishes": Agent.objects.for_workspace(request.workspace).filter(user=request.user).first()}


def _news(request) -> News:
    news, since = News(), timezone.now() - NEWS_FOR
    mine = Thread.objects.for_workspace(request.workspace).filter(unread_count__gt=0)
    mine = mine.filter(Q(assignee=request.user) | Q(assignee=None)).order_by("-last_message_at", "-id")
    news.unread = mine[:COUNTED].count()
    for thread in mine.select_related("contact")[:TOLD]:
        if thread.last_message_at > since:
            words = _("New message from %(name)s") % {"name": thread.contact}
            news.items.append(_item(f"t{thread.pk}-{thread.last_message_at.timestamp():.0f}", thread.pk, words))
    mentions = Mention.objects.for_workspace(request.workspace).filter(user=request.user, seen_at=None)
    for mention in mentions.filter(note__at__gt=since).select_related("note__author").order_by("-id")[:TOLD]:
        author = mention.note.author
        words = _("%(name)s mentions you in a note") % {"name": author.label} if author else _("A note mentions you")
        news.items.append(_item(f"m{mention.pk}", mention.note.thread_id, words))
    return news


def _item(key: str, thread_pk: int, words: str) -> Item:
    return Item(key, thread_pk, reverse("inbox:thread", args=[thread_pk]), words)
