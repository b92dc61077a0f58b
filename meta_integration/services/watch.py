"""Is an account's connection broken? Never decided by one sign alone.

A refused call, or Meta saying that the access was withdrawn, is a sign. From then on the account's messages wait, and
Meta is asked twice: what it knows of the token, and to let the token read its account. Two of the three against it, and
the connection is broken; both in its favour, and all goes on. When Meta does not answer, nothing is decided.
"""

from dataclasses import dataclass, field
from datetime import timedelta

import structlog
from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from meta_integration import tasks
from meta_integration.error_book import plain_words
from meta_integration.graph.errors import ErrorClass, GraphAPIError, GraphError
from meta_integration.models import WABA, Incident
from meta_integration.services import clients, expiry, facts, history, incidents
from workspaces import live, wakeups
from workspaces import services as workspaces

log = structlog.get_logger(__name__)
State = WABA.State
# While Meta cannot be asked: again after half of the time that has passed, within these bounds.
SHORTEST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=1)
# A check that takes longer died with its worker.
LEASE = timedelta(minutes=1)
# An event may be ahead of what Meta answers: after it the proofs are asked for once more, and once more.
AFTER_AN_EVENT = [timedelta(minutes=10), timedelta(minutes=1)]
# A sign after so many others, each within this after the one before and followed by two favourable answers, is a proof
# of its own. After the second and third, messages wait longer: what Meta refuses for five minutes breaks nothing.
SIGNS, SIGNS_WITHIN = 3, timedelta(minutes=30)
APART = {1: timedelta(minutes=1), 2: timedelta(minutes=5)}
# So long messages wait for the second answer, where the first says that the access works.
PATIENCE = timedelta(minutes=5)
# After so long without any answer people are told: nothing is broken for sure, but nothing goes out either.
TELL_AFTER = timedelta(minutes=15)
# A single answer against the access is asked for once more after this: the same moment proves nothing twice.
ANOTHER_MOMENT = timedelta(seconds=20)
# How often without any sign.
EVERY, BROKEN_EVERY = timedelta(hours=24), timedelta(minutes=15)
MOST_AT_ONCE = 20
# Answers of Meta's that are about its own trouble and limits, not about the account.
PASSES = {ErrorClass.TRY_AGAIN, ErrorClass.UNKNOWN_OUTCOME, ErrorClass.SLOW_ACCOUNT}


@dataclass
class Findings:
    """What Meta said. `against` has a reason, and Meta's code, for each proof that speaks against the connection."""

    against: list[tuple[str, int | None]] = field(default_factory=list)
    is_complete: bool = True
    # The access itself was used, and Meta took it.
    is_taken: bool = False
    token: dict = field(default_factory=dict)


# Signs ---------------------------------------------------------------------------------------------------------------
def suspect(
    account: WABA, reason: str, code: int | None = None, *, event: bool = False, ask_after: timedelta = timedelta()
) -> None:
    """One sign that the access is gone. The account's messages wait until Meta was asked, which is done at once.

    `account` as it was when the access was used: should it have been renewed since, this says nothing of the new one;
    and should Meta have said since that all is well, it is one more symptom of what that was about.
    """
    now = timezone.now()
    unsuspected = _same(account).filter(state=State.CONNECTED, suspected_at=None, cleared_at=account.cleared_at)
    sign = {"suspicion": reason[:300], "suspected_code": code, "suspected_at": now, "check_after": now + ask_after}
    if unsuspected.update(**sign, **({"event_checks_left": len(AFTER_AN_EVENT)} if event else {})):
        history.note(account, "suspected", reason, source=history.Source.META)
        live.touch(account.workspace_id)
    wakeups.wake_on_commit(tasks.check_connection, account.pk)


def refused(account: WABA, error: GraphAPIError) -> None:
    """Meta refused a call because of the account's access."""
    words = plain_words(error.code, error.subcode) or _("Meta refused the connection's access (code %s).") % error.code
    suspect(account, words, error.code)


def token_unreadable(account: WABA) -> str:
    """The stored access cannot be opened with our keys: there is nothing to ask anybody."""
    reason = _("The stored access cannot be opened any more. Connect the account again.")
    incidents.mark_broken(account, reason)
    return reason


# Checks --------------------------------------------------------------------------------------------------------------
def due() -> QuerySet[WABA]:
    """The accounts to be checked by now: those with a sign first."""
    now = timezone.now()
    is_old = Q(state=State.CONNECTED, checked_at__lte=now - EVERY) | Q(
        state=State.BROKEN, checked_at__lte=now - BROKEN_EVERY
    )
    is_time = Q(check_after__lte=now) | Q(check_after=None) & (is_old | Q(checked_at=None))
    live_ones = WABA.objects.exclude(state=State.DISCONNECTED).filter(is_time)
    return live_ones.order_by(F("suspected_at").asc(nulls_last=True), "checked_at", "pk")


def check_due(account_pk: int) -> str | None:
    """Check this account unless another worker does, or it is not due."""
    account = due().select_related("workspace").filter(pk=account_pk).first()
    if account is None:
        return None
    same_time = Q(check_after=account.check_after) if account.check_after else Q(check_after=None)
    taken = WABA.objects.filter(same_time, pk=account.pk).update(check_after=timezone.now() + LEASE)
    return check(account) if taken else None


def check(account: WABA) -> str:
    """Ask Meta, and act on what it says. Returns the result in words. Never raises for what Meta does."""
    if account.state == State.DISCONNECTED:
        return _("The account is disconnected, so there is nothing to ask.")
    try:
        findings = _ask(account)
    except clients.NoToken:
        return token_unreadable(account)
    signs = [(account.suspicion, account.suspected_code)] if account.suspected_at else []
    proofs = len(findings.against) + len(signs)
    if findings.against and proofs >= 2:
        return _break(account, *next((each for each in [*findings.against, *signs] if each[1]), findings.against[0]))
    if not findings.is_complete and not _is_enough(account, findings):
        return _ask_later(account)
    if findings.against:  # One answer of two, and nothing else: a sign like any other.
        suspect(account, *findings.against[0], ask_after=ANOTHER_MOMENT)
        return _("Meta gave two different answers about the access. Galantis asks again by itself.")
    return _clear(account, findings)


def _ask(account: WABA) -> Findings:
    """Both proofs. Raises NoToken."""
    client, findings = clients.graph_client_for(account, read_timeout=settings.GRAPH_PAGE_TIMEOUT), Findings()
    try:
        findings.token = clients.token_facts(account)
        if trouble := facts.trouble_of(findings.token, account.waba_id):
            findings.against.append(trouble)
    except GraphError as exc:  # Also when Meta refuses our app: that says nothing about this account.
        log.warning("Meta could not be asked about an access", account=account.pk, reason=str(exc))
        findings.is_complete = False
    try:
        client.waba(account.waba_id)
        findings.is_taken = True
    except GraphError as exc:
        if isinstance(exc, GraphAPIError) and facts.is_about_access(exc):
            words = plain_words(exc.code, exc.subcode) or _("Meta does not let this access read its account.")
            findings.against.append((words, exc.code))
        else:
            findings.is_complete = False
    return findings


def _is_enough(account: WABA, findings: Findings) -> bool:
    """Whether the one answer that came, and is favourable, has to do: Meta has not given the other for too long."""
    has_waited = account.suspected_at and timezone.now() - account.suspected_at > PATIENCE
    return bool(has_waited and findings.is_taken and not findings.against)


def _ask_later(account: WABA) -> str:
    now, pause = timezone.now(), LONGEST_PAUSE
    if account.suspected_at:  # Messages wait for the answer.
        pause = min(max((now - account.suspected_at) / 2, SHORTEST_PAUSE), LONGEST_PAUSE)
        if now - account.suspected_at > TELL_AFTER:
            kind = Incident.Kind.CONNECTION_UNSURE
            incidents.open_incident(kind, account.waba_id, account=account, evidence=account.suspicion)
    _same(account).update(check_after=now + pause)
    return _("Meta did not answer, so nothing was decided. Galantis asks again by itself.")


def _break(account: WABA, reason: str, code: int | None) -> str:
    incidents.close_incidents(Incident.Kind.CONNECTION_UNSURE, account.waba_id, _("Meta answered"))
    incidents.mark_broken(account, reason, code)
    return reason


def _clear(account: WABA, findings: Findings) -> str:
    """Meta takes the access: what waited goes out, and a broken connection that works again is whole."""
    now = timezone.now()
    incidents.close_incidents(Incident.Kind.CONNECTION_UNSURE, account.waba_id, _("Meta answered"))
    if account.state == State.BROKEN:
        incidents.mark_whole(account, _("Meta accepts the access again"))
        return _("Meta accepts the access again.")
    changes = {"checked_at": now, "check_after": None}
    if account.event_checks_left:
        left = account.event_checks_left - 1
        changes |= {"event_checks_left": left, "check_after": now + AFTER_AN_EVENT[left]}
    elif account.suspected_at:
        is_again = bool(account.cleared_at and now - account.cleared_at < SIGNS_WITHIN)
        if is_again and account.cleared_count >= SIGNS:
            return _break(account, account.suspicion, account.suspected_code)
        again_at = account.cleared_at + APART.get(account.cleared_count, timedelta()) if is_again else now
        if again_at > now:
            _same(account).update(check_after=again_at)
            return _("Meta accepts the access, and refused a call all the same. Galantis asks again in a moment.")
        changes |= {"cleared_at": now, "cleared_count": account.cleared_count + 1 if is_again else 1}
    if account.suspected_at:
        changes |= {"suspected_at": None, "suspicion": "", "suspected_code": None}
    if _same(account).filter(suspected_at=account.suspected_at).update(**changes) and account.suspected_at:
        history.note(account, "cleared", account.suspicion, source=history.Source.CHECK)
        live.touch(account.workspace_id)
    if findings.token:
        expiry.note(account, findings.token)
    if account.checked_at is None or now - account.checked_at > timedelta(hours=1):
        repair_subscription(account)
    return _("Meta accepts the access.")


# The subscription ----------------------------------------------------------------------------------------------------
def repair_subscription(account: WABA) -> str:
    """Without it Meta sends no webhooks of the account. A lost one is made anew, and that is noted."""
    kind = Incident.Kind.SUBSCRIPTION_LOST
    try:
        client = clients.graph_client_for(account, read_timeout=settings.GRAPH_PAGE_TIMEOUT)
        if settings.META_APP_ID in client.subscribed_app_ids(account.waba_id):
            result, is_subscribed = _("Webhooks come."), True
        else:
            client.subscribe_app(account.waba_id)
            result, is_subscribed = _("Meta had stopped sending webhooks. Galantis asked for them again."), True
            workspaces.note(account.workspace, None, "asked Meta for webhooks again", account.waba_id)
            history.note(account, "subscription", result, source=history.Source.CHECK)
    except GraphAPIError as exc:
        if exc.error_class in PASSES:
            return _("Meta did not answer.")
        words = plain_words(exc.code, exc.subcode)
        result, is_subscribed = " ".join(filter(None, [_("Meta sends no webhooks of this account."), words])), False
        incidents.open_incident(kind, account.waba_id, account=account, evidence=result, code=exc.code)
    except (GraphError, clients.NoToken):
        return _("Meta did not answer.")
    _same(account).update(is_subscribed=is_subscribed)
    if is_subscribed:
        incidents.close_incidents(kind, account.waba_id, _("webhooks come again"))
    return result


def _same(account: WABA) -> QuerySet[WABA]:
    """The account's row, unless its access was renewed meanwhile."""
    return WABA.objects.filter(pk=account.pk, connected_at=account.connected_at)
