"""Lists that people come back to: a person's own, or the whole team's."""

from django.db.models import Q, QuerySet

from inbox.models import SavedView
from workspaces.models import User, Workspace

LONGEST_NAME = SavedView._meta.get_field("name").max_length
LONGEST_QUERY = SavedView._meta.get_field("query").max_length


def seen_by(saved: QuerySet[SavedView], user: User) -> QuerySet[SavedView]:
    """The team's, and this person's own."""
    return saved.filter(Q(user=user) | Q(user=None)).order_by("name", "pk")


def save(workspace: Workspace, user: User, name: str, query: str, *, for_team: bool) -> SavedView | None:
    """The same name saved again is the same list with new filters. None without a name."""
    name = plain(name)
    if not name or len(query) > LONGEST_QUERY:
        return None
    mine = SavedView.objects.for_workspace(workspace).filter(user=None if for_team else user, name=name)
    view = mine.order_by("pk").first() or SavedView(workspace=workspace, user=None if for_team else user, name=name)
    view.query = query
    view.save()
    return view


def rename(view: SavedView, name: str) -> None:
    """Without a name it keeps the one it has."""
    if name := plain(name):
        SavedView.objects.filter(pk=view.pk).update(name=name)


def plain(name: str) -> str:
    printable = "".join(each if each.isprintable() else " " for each in name[: 2 * LONGEST_NAME])
    return " ".join(printable.split())[:LONGEST_NAME]
