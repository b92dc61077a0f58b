"""Links by which somebody without a log-in here renews one account's access: signed, once, for 48 hours."""

import secrets
from datetime import timedelta
from enum import StrEnum

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from meta_integration.models import WABA, ReconnectLink
from meta_integration.services import reconnect_problems
from workspaces import mail
from workspaces import services as workspaces
from workspaces.models import User

LINK_LIVES = timedelta(hours=48)
signer = Signer(salt="meta_integration.reconnect_link", sep=".")


class LinkState(StrEnum):
    OPEN = "open"
    USED = "used"
    EXPIRED = "expired"
    REPAIRED = "repaired"  # The account got a new access another way, after the link was made.


def make_link(account: WABA, by: User, reason: str, *, is_mailed: bool = True) -> tuple[ReconnectLink, str]:
    """Make a link and mail it to the workspace's owners and admins. Returns it with its address, which is kept nowhere.

    Never for an account that its own people disconnected: they connect it again themselves.
    """
    if account.state == WABA.State.DISCONNECTED:
        raise ValueError("a disconnected account has no access to renew")
    addresses = mail.managers_of(account.workspace) if is_mailed else []
    link = ReconnectLink.objects.create(
        workspace=account.workspace,
        account=account,
        created_by=by,
        reason=reason[:200],
        expires_at=timezone.now() + LINK_LIVES,
        mailed_to=addresses,
    )
    address = settings.PUBLIC_URL + reverse("public:reconnect_link", args=[signed(link)])
    workspaces.note(
        account.workspace,
        by,
        "made a reconnect link",
        account.waba_id,
        reason=link.reason,
        mailed_to=addresses,
        good_until=link.expires_at.isoformat(),
    )
    _mail(link, address)
    return link, address


def signed(link: ReconnectLink) -> str:
    """What stands in the address: the row's number, something random, and our signature of both."""
    return signer.sign(f"{link.pk}-{secrets.token_urlsafe(12)}")


def find(text: str) -> ReconnectLink | None:
    """The link of an address; None for one that we did not sign."""
    try:
        pk = signer.unsign(text).partition("-")[0]
    except BadSignature:
        return None
    return ReconnectLink.objects.select_related("workspace", "account", "created_by").filter(pk=pk).first()


def state_of(link: ReconnectLink) -> LinkState:
    if link.used_at:
        return LinkState.USED
    if link.account.state == WABA.State.CONNECTED and link.account.connected_at > link.created_at:
        return LinkState.REPAIRED
    if link.expires_at <= timezone.now() or link.account.state == WABA.State.DISCONNECTED:
        return LinkState.EXPIRED
    return LinkState.OPEN


def note_opened(link: ReconnectLink) -> None:
    ReconnectLink.objects.filter(pk=link.pk, opened_at=None).update(opened_at=timezone.now())


def use(link: ReconnectLink) -> None:
    """Part of the transaction that renews the access, its workspace locked. Raises ConnectProblem if it is not good."""
    fresh = ReconnectLink.objects.select_related("account").get(pk=link.pk)
    is_mine = ReconnectLink.objects.filter(pk=link.pk, used_at=None)
    if state_of(fresh) != LinkState.OPEN or not is_mine.update(used_at=timezone.now()):
        raise reconnect_problems.link_not_good()


def maker(link: ReconnectLink) -> str:
    """Who stands behind it, for the audit log."""
    by = link.created_by.label if link.created_by else "Galantis"
    return f"reconnect link made by {by}, reason: {link.reason}"


def _mail(link: ReconnectLink, address: str) -> None:
    values = {"workspace": link.workspace, "address": address, "hours": LINK_LIVES.days * 24}
    body = _(
        "Hello,\n\n"
        "the connection of %(workspace)s to WhatsApp needs a new log-in at Meta. Until then messages may wait; none is "
        "lost.\n\n"
        "Open this page and follow it. You need no password of Galantis, only your log-in at Meta:\n\n"
        "%(address)s\n\n"
        "The link works once, for %(hours)s hours. Give it only to somebody who manages the WhatsApp account at "
        "Meta.\n\n"
        "Galantis\n"
    )
    mail.mail(link.mailed_to, _("Please reconnect WhatsApp for %(workspace)s") % values, body % values)
