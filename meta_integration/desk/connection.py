"""Does Meta still accept the shop's access, and does it post the shop's webhooks?"""

from datetime import timedelta

from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from meta_integration.desk import accounts_of, chosen_account, which_account
from meta_integration.models import WABA
from meta_integration.services import watch
from meta_integration.services.facts import PERMISSIONS
from workspaces.desk import WORST_FIRST, Action, Refused, Section, State, Table, moment, since
from workspaces.models import User, Workspace

ENDS_SOON = timedelta(days=7)


def section(workspace: Workspace) -> Section:
    accounts = accounts_of(workspace)
    if not accounts:
        return Section(_("Connection"), State.UNKNOWN, _("Nothing is connected yet."))
    state, sentence = min((verdict(each) for each in accounts), key=lambda each: WORST_FIRST.index(each[0]))
    head = [_("Account"), _("State"), _("Since"), _("Why"), _("Access ends"), _("Permissions"), _("Last checked")]
    table = Table(head, [_row(each) for each in accounts])
    return Section(_("Connection"), state, sentence, table=table, actions=_actions(accounts))


def verdict(account: WABA) -> tuple[State, str]:
    """How one account's connection is, in one sentence."""
    now, ends = timezone.now(), account.token_expires_at
    missing = missing_permissions(account)
    if account.state == WABA.State.BROKEN:
        text = _("Messages stopped %(since)s because Meta no longer accepts the access.")
        return State.BAD, text % {"since": since(account.state_since)}
    if account.state == WABA.State.DISCONNECTED:
        text = _("Nothing is connected: the account was disconnected %(since)s.")
        return State.BAD, text % {"since": since(account.state_since)}
    if ends and ends <= now:
        return State.BAD, _("The access to WhatsApp ended %(since)s. The shop must connect again.") % {
            "since": since(ends)
        }
    if missing:
        text = _("The access lacks a permission: %(names)s. The shop must connect again and leave it ticked.")
        return State.BAD, text % {"names": ", ".join(missing)}
    if account.suspected_at:
        text = _("Messages wait since Meta refused a call %(since)s: Galantis asks whether the connection still holds.")
        return State.WARN, text % {"since": since(account.suspected_at)}
    if account.restricted_until and account.restricted_until > now:
        text = _("Meta has restricted the account: until %(until)s it may not begin conversations.")
        return State.WARN, text % {"until": moment(account.restricted_until)}
    if account.held_until and account.held_until > now:
        text = _("Meta takes no more calls of this account until %(until)s. Messages go out then by themselves.")
        return State.WARN, text % {"until": moment(account.held_until)}
    if ends and ends <= now + ENDS_SOON:
        return State.WARN, _("The access to WhatsApp ends on %(on)s. The shop should connect again before.") % {
            "on": moment(ends)
        }
    return State.GOOD, _("Meta accepts the access.")


def missing_permissions(account: WABA) -> list[str]:
    """An account whose permissions were never read lacks none that we know of."""
    return [name for name in PERMISSIONS if name not in account.scopes] if account.scopes else []


def subscription(workspace: Workspace) -> Section | None:
    """Whether Meta posts the account's webhooks to us."""
    accounts = [each for each in accounts_of(workspace) if each.state != WABA.State.DISCONNECTED]
    if not accounts:
        return None
    lost = [each for each in accounts if each.is_subscribed is False]
    state = State.BAD if lost else State.GOOD if all(each.is_subscribed for each in accounts) else State.UNKNOWN
    sentence = {
        State.BAD: _("Customers' messages do not come in: Meta no longer posts this account's webhooks to Galantis."),
        State.GOOD: _("Meta posts this account's webhooks to Galantis."),
        State.UNKNOWN: _("Whether Meta posts this account's webhooks has not been checked yet."),
    }[state]
    words = {True: _("subscribed"), False: _("not subscribed"), None: _("not checked yet")}
    actions = [Action("resubscribe", _("Subscribe again"), resubscribe, which_account(accounts))]
    rows = [(str(each), words[each.is_subscribed]) for each in accounts]
    return Section(_("Subscription"), state, sentence, rows=rows, actions=actions)


# What support can do -------------------------------------------------------------------------------------------------
def check(workspace: Workspace, actor: User, answers: dict) -> str:
    """Ask Meta for the proofs, with a page's short timeouts."""
    return watch.check(chosen_account(workspace, answers))


def resubscribe(workspace: Workspace, actor: User, answers: dict) -> str:
    account = chosen_account(workspace, answers)
    if account.state != WABA.State.CONNECTED:
        raise Refused(_("The connection is broken, so Meta would refuse. Let the shop connect again: that subscribes."))
    return watch.repair_subscription(account)


def _actions(accounts: list[WABA]) -> list[Action]:
    actions = [Action("check", _("Test the connection"), check, which_account(accounts))]
    for account in accounts:
        try:
            url = reverse("meta_integration:make_link", args=[account.pk])
        except NoReverseMatch:
            return actions
        label = _("Send a reconnect link for %(account)s") % {"account": account}
        actions.append(Action(f"link-{account.pk}", label, url=url))
    return actions


def _row(account: WABA) -> list:
    ends = moment(account.token_expires_at) if account.token_expires_at else _("never, as far as Meta said")
    missing = missing_permissions(account)
    permissions = _("missing: %(names)s") % {"names": ", ".join(missing)} if missing else _("all there")
    return [
        f"{account} ({account.waba_id})",
        account.get_state_display(),
        moment(account.state_since),
        account.suspicion or account.state_reason or "–",
        ends,
        permissions if account.scopes else _("not read yet"),
        moment(account.checked_at),
    ]
