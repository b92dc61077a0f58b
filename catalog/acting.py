"""What people do with products, one or all that a filter finds: each act says in the end what it did."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from catalog.models import ProductItem
from catalog.services import items, looking
from workspaces import services
from workspaces.models import User, Workspace

# So many are changed in one transaction: a worker that wants one of them does not wait for a hundred thousand.
CHUNK = 5000


@dataclass(frozen=True, slots=True)
class Act:
    """`run` returns how many it changed; `noted` is its name in the audit log; `asks` is said before it is done."""

    name: str
    label: str | Promise
    noted: str
    run: Callable[[QuerySet[ProductItem], User], int]
    done: Callable[[int], str]
    nothing: str | Promise
    asks: str | Promise = ""


def _look(products: QuerySet[ProductItem], actor: User) -> int:
    return looking.look_again(products)


ACTS = {
    act.name: act
    for act in (
        Act(
            "resend",
            gettext_lazy("Send again"),
            "products sent again",
            items.resend,
            lambda n: ngettext("%(n)s product is sent again.", "%(n)s products are sent again.", n),
            gettext_lazy(
                "None was sent again: only what Meta has taken or refused can be. What waits goes out by itself, and "
                "what is to be mended goes out when it is."
            ),
        ),
        Act(
            "look",
            gettext_lazy("Look at the pictures again"),
            "pictures looked at again",
            _look,
            lambda n: ngettext("%(n)s picture is looked at again.", "%(n)s pictures are looked at again.", n),
            gettext_lazy("None of them has a picture whose address could be looked at."),
        ),
        Act(
            "exclude",
            gettext_lazy("Keep out of the catalog"),
            "products kept out",
            items.exclude,
            lambda n: ngettext(
                "%(n)s product is kept out. If Meta has it, it is removed there.",
                "%(n)s products are kept out. Those that Meta has are removed there.",
                n,
            ),
            gettext_lazy("All of them were kept out already."),
            gettext_lazy(
                "What is kept out leaves the catalog at Meta, and stays out of it whatever its source says. Here it is "
                "kept: “Take back into the catalog” puts it in again."
            ),
        ),
        Act(
            "include",
            gettext_lazy("Take back into the catalog"),
            "products taken back",
            items.include,
            lambda n: ngettext("%(n)s product is taken back.", "%(n)s products are taken back.", n),
            gettext_lazy("None of them was kept out or removed."),
        ),
        Act(
            "remove",
            gettext_lazy("Remove"),
            "products removed",
            items.remove,
            lambda n: ngettext(
                "%(n)s product is removed. If Meta has it, it is removed there too.",
                "%(n)s products are removed. Those that Meta has are removed there too.",
                n,
            ),
            gettext_lazy("All of them were removed already."),
            gettext_lazy(
                "What is removed leaves the catalog at Meta: customers see it no more, and messages cannot show it. "
                "What its source still has comes back with the source's next news; to keep it out for good, choose "
                "“Keep out of the catalog”."
            ),
        ),
    )
}


def perform(act: Act, workspace: Workspace, pks: Sequence[int], actor: User) -> int:
    """Do it with these products of the workspace, as far as they are its own. Returns how many it changed."""
    mine, count = ProductItem.objects.for_workspace(workspace), 0
    for start in range(0, len(pks), CHUNK):
        count += act.run(mine.filter(pk__in=pks[start : start + CHUNK]), actor)
    if count:
        target = str(mine.get(pk=pks[-1])) if len(pks) == 1 else ""
        services.note(workspace, actor, act.noted, target, count=count)
    return count


def result(act: Act, count: int) -> str:
    return act.done(count) % {"n": intcomma(count)} if count else str(act.nothing)


def decide_removals(workspace: Workspace, actor: User, *, remove: bool) -> str:
    """Answer what a source has lost; says what follows."""
    count = items.decide_removals(workspace, actor, remove=remove)
    if not count:
        return _("Nothing waits for a decision any more.")
    services.note(workspace, actor, "removal decided", "removed" if remove else "kept", count=count)
    if remove:
        return result(ACTS["remove"], count)
    text = ngettext("%(n)s product stays in the catalog.", "%(n)s products stay in the catalog.", count)
    return text % {"n": intcomma(count)}
