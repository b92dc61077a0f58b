"""Message templates and the catalog: how much Meta has, and since when we know."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from meta_integration.desk import accounts_of, chosen_account, optional, which_account
from meta_integration.models import WABA
from workspaces import wakeups
from workspaces.desk import Action, Section, State, moment
from workspaces.models import User, Workspace

READ_TEMPLATES = "meta_integration.tasks.read_templates"
OLD = timedelta(days=2)


def templates(workspace: Workspace) -> Section | None:
    accounts = _in_use(workspace)
    if not accounts:
        return None
    counts = {each: "–" if each.template_count is None else str(each.template_count) for each in accounts}
    rows = [
        (str(each), _("%(n)s, read %(at)s") % {"n": counts[each], "at": moment(each.templates_read_at)})
        for each in accounts
    ]
    read = [each.templates_read_at for each in accounts]
    if None in read:
        state, sentence = State.UNKNOWN, _("The templates at Meta have not been read yet.")
    elif min(read) < timezone.now() - OLD:
        state, sentence = State.WARN, _("What Galantis knows of the templates is older than two days.")
    else:
        state, sentence = State.GOOD, _("The templates at Meta are known.")
    actions = []
    if optional(READ_TEMPLATES):
        actions = [Action("templates", _("Read the templates again"), read_again, which_account(accounts))]
    return Section(_("Templates"), state, sentence, rows=rows, actions=actions)


def read_again(workspace: Workspace, actor: User, answers: dict) -> str:
    wakeups.wake(optional(READ_TEMPLATES), chosen_account(workspace, answers).pk)
    return _("The templates are read in the background. Look again in a minute.")


def catalog(workspace: Workspace) -> Section | None:
    accounts = [each for each in _in_use(workspace) if each.catalog_token or each.catalogs]
    if not accounts:
        return None
    now, ends = timezone.now(), [each.catalog_token_expires_at for each in accounts if each.catalog_token_expires_at]
    rows = [
        (str(each), ", ".join(str(one.get("name") or one.get("id")) for one in each.catalogs if isinstance(one, dict)))
        for each in accounts
    ]
    if ends and min(ends) <= now:
        return Section(_("Catalog"), State.WARN, _("The access to the catalog has ended."), rows=rows)
    return Section(_("Catalog"), State.GOOD, _("There is access to the catalog."), rows=rows)


def _in_use(workspace: Workspace) -> list[WABA]:
    return [each for each in accounts_of(workspace) if each.state != WABA.State.DISCONNECTED]
