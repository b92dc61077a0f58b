"""What this app tells the support desk: connection, numbers, webhooks, incidents and calls."""

from collections.abc import Callable

from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from meta_integration.models import WABA
from workspaces.desk import Field, Refused
from workspaces.models import Workspace


def accounts_of(workspace: Workspace) -> list[WABA]:
    """Those in use; where none is any more, the disconnected ones."""
    accounts = list(WABA.objects.for_workspace(workspace).order_by("pk"))
    return [each for each in accounts if each.state != WABA.State.DISCONNECTED] or accounts


def which_account(accounts: list[WABA]) -> tuple[Field, ...]:
    return (Field("account", _("Account"), tuple((str(each.pk), str(each)) for each in accounts)),)


def chosen_account(workspace: Workspace, answers: dict) -> WABA:
    account = WABA.objects.for_workspace(workspace).filter(pk=answers["account"]).select_related("workspace").first()
    if account is None:
        raise Refused(_("This account is no longer there."))
    return account


def optional(path: str) -> Callable | None:
    """What is not part of this installation is not offered."""
    try:
        return import_string(path)
    except ImportError:
        return None
