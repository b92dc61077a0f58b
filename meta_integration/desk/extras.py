"""The catalog: what the account's access to it reaches."""

from django.utils import timezone
from django.utils.translation import gettext as _

from meta_integration.desk import accounts_of
from meta_integration.models import WABA
from workspaces.desk import Section, State
from workspaces.models import Workspace


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
