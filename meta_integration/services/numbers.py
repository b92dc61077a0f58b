"""What a shop does with its numbers: add, verify, register, set the PIN, pause, choose, remove.

Meta is asked while a person waits, with a page's short timeout and outside of transactions. Each function may be called
twice: the second call finds it done. All raise NumberProblem, in people's words.
"""

from collections.abc import Callable

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from redis.exceptions import RedisError

from meta_integration import intake
from meta_integration.graph.client import MetaGraphClient
from meta_integration.graph.errors import GraphAPIError, GraphError, GraphNotReached, TokenRejected
from meta_integration.models import WABA, ConnectionEvent, Incident, PhoneNumber
from meta_integration.sealed import seal
from meta_integration.services import clients, connect, health, history, incidents, registering, watch
from meta_integration.services import number_problems as problems
from meta_integration.services.number_problems import NumberProblem
from workspaces import services as workspaces
from workspaces.models import User
from workspaces.valkey import client as valkey

State = PhoneNumber.State
# Between two codes by the same way: the second would make the first one worthless.
CODE_PAUSE_SECONDS = 45
# Meta stopped the number for these, and registering it mends them.
MENDED_BY_REGISTERING = {131045, 133000, 133006, 133010}


# Adding one ----------------------------------------------------------------------------------------------------------
def add(account: WABA, user: User, country_code: str, phone_number: str, verified_name: str) -> PhoneNumber:
    """Add a phone number to the account at Meta; it is verified and registered next."""
    known = _of_digits(account, country_code + phone_number)
    if known:
        raise problems.is_there_already(known)
    phone_number_id = _ask(
        account, lambda client: client.add_number(account.waba_id, country_code, phone_number, verified_name)
    )
    number = _keep_added(account, phone_number_id, f"+{country_code} {phone_number}", verified_name)
    _note(number, user, "added a number", "number_added")
    health.ask_soon(account)
    return number


def ask_for_code(number: PhoneNumber, user: User, method: str, language: str) -> None:
    """Have Meta send a code to the phone. Nothing happens when the number needs none any more."""
    if not needs_code(number):
        return
    mark = f"code:{number.pk}:{method}"
    if not _first(mark):
        raise problems.code_sent_already()
    try:
        _ask(number.account, lambda client: client.request_code(number.phone_number_id, method, language))
    except NumberProblem as problem:
        _forget(mark)
        if problem.code != problems.IS_VERIFIED:
            raise
        _set_verified(number)
        return
    workspaces.note(number.workspace, user, "asked for a code", number.display_phone_number, method=method)


def verify(number: PhoneNumber, user: User, code: str) -> None:
    """Tell Meta the code that came to the phone."""
    if not needs_code(number):
        return
    try:
        _ask(number.account, lambda client: client.verify_code(number.phone_number_id, code))
    except NumberProblem as problem:
        number.refresh_from_db(fields=["code_verification_status"])
        if not needs_code(number):  # The other click was faster.
            return
        if problem.code != problems.IS_VERIFIED:
            raise
    if _set_verified(number):
        _note(number, user, "verified a number", "code_verified")


def needs_code(number: PhoneNumber) -> bool:
    """Numbers that came with a log-in at Meta are verified, and some of them do not say so."""
    return number.code_verification_status in ("NOT_VERIFIED", "EXPIRED")


# Registering ---------------------------------------------------------------------------------------------------------
def register(number: PhoneNumber, user: User, pin: str, *, seen: str) -> None:
    """Register the number for sending, with this PIN or, without one, the stored one.

    `seen` is `latest_try` as the person saw it: should there be another try since, theirs was made already.
    """
    if not pin and number.pin is None:
        raise problems.pin_needed()
    pin = pin or number.pin.open(number.workspace_id)
    if not _count_try(number, seen):
        return
    try:
        _ask(number.account, lambda client: client.register(number.phone_number_id, pin), number)
    except NumberProblem as problem:
        if problem.code == problems.NOT_VERIFIED:
            PhoneNumber.objects.filter(pk=number.pk).update(code_verification_status="NOT_VERIFIED")
        raise
    with transaction.atomic():
        values = {"is_registered": True, "status": "CONNECTED", "is_pin_enabled": True, "state": State.CONNECTED}
        PhoneNumber.objects.filter(pk=number.pk).update(pin=seal(pin, number.workspace_id), **values)
        _note(number, user, "registered a number", "registered")
        _let_send_again(number)
        _choose_if_none_is(number)


def deregister(number: PhoneNumber, user: User, *, seen: str) -> None:
    """Take the number from sending at Meta. Its messages wait until it is registered again."""
    if not _count_try(number, seen):
        return
    try:
        _ask(number.account, lambda client: client.deregister(number.phone_number_id), number)
    except NumberProblem as problem:
        if problem.code != problems.NOT_REGISTERED:
            raise
    with transaction.atomic():
        if PhoneNumber.objects.filter(pk=number.pk, is_registered=True).update(
            is_registered=False, status="DISCONNECTED"
        ):
            _note(number, user, "deregistered a number", "deregistered")


def latest_try(number: PhoneNumber) -> str:
    """What changes with each registering and deregistering."""
    return number.registrations[-1] if number.registrations else ""


def set_pin(number: PhoneNumber, user: User, pin: str) -> None:
    """Set or change the number's PIN at Meta, and keep it."""
    _refuse_if_not_ours(number)
    if _has_pin(number, pin):
        return
    _ask(number.account, lambda client: client.set_pin(number.phone_number_id, pin), number)
    with transaction.atomic():
        locked = PhoneNumber.objects.select_for_update().get(pk=number.pk)
        if not _has_pin(locked, pin):
            sealed = seal(pin, number.workspace_id)
            PhoneNumber.objects.filter(pk=number.pk).update(pin=sealed, is_pin_enabled=True)
            _note(number, user, "set a PIN", "pin")
            incidents.close_incidents(Incident.Kind.ACCOUNT_WARNING, f"{number.phone_number_id}:pin", "a PIN was set")


# Ours ----------------------------------------------------------------------------------------------------------------
def make_default(number: PhoneNumber, user: User) -> None:
    """Messages that name no number come from this one."""
    if not number.is_registered or number.state != State.CONNECTED:
        raise problems.cannot_send_yet()
    with transaction.atomic():
        mine = PhoneNumber.objects.for_workspace(number.workspace)
        list(mine.select_for_update().order_by("pk").values_list("pk"))  # Two at once would both become it.
        if mine.filter(pk=number.pk, is_default=False).exists():
            mine.filter(is_default=True).update(is_default=False)
            mine.filter(pk=number.pk).update(is_default=True)
            _note(number, user, "default number", "default")


def pause(number: PhoneNumber, user: User) -> None:
    """Nothing goes out from it until somebody resumes it; messages wait."""
    with transaction.atomic():
        if PhoneNumber.objects.filter(pk=number.pk, is_paused=False).update(is_paused=True):
            _note(number, user, "paused sending", "paused")


def resume(number: PhoneNumber, user: User) -> None:
    """Let it send again, whether the shop or Meta had stopped it."""
    with transaction.atomic():
        stopped = PhoneNumber.objects.filter(pk=number.pk)
        is_resumed = stopped.filter(is_paused=True).update(is_paused=False)
        if stopped.exclude(paused_reason="").exists():
            incidents.resume_number(number, f"resumed by {user.label}")
            is_resumed = True
        if is_resumed:
            _note(number, user, "resumed sending", "resumed")


def remove(number: PhoneNumber, user: User) -> None:
    """Take it out of use here. Its row, messages and history stay; at Meta nothing changes."""
    with transaction.atomic():
        used = PhoneNumber.objects.filter(pk=number.pk, state=State.CONNECTED)
        if used.update(state=State.DISCONNECTED, is_default=False, removed_at=timezone.now()):
            _note(number, user, "removed a number", "removed")
            incidents.close_incidents(Incident.Kind.NUMBER_STOPPED, number.phone_number_id, "the number was removed")
            incidents.close_incidents(Incident.Kind.QUALITY_DROPPED, number.phone_number_id, "the number was removed")
            _choose_if_none_is(number)


def bring_back(number: PhoneNumber, user: User) -> None:
    """Use a removed number again; what customers wrote to it meanwhile is taken in."""
    if number.account.state == WABA.State.DISCONNECTED:
        raise problems.not_connected()
    try:
        with transaction.atomic():
            removed = PhoneNumber.objects.filter(pk=number.pk, state=State.DISCONNECTED)
            if removed.update(state=State.CONNECTED, removed_at=None):
                _note(number, user, "brought a number back", "brought_back")
                _choose_if_none_is(number)
                transaction.on_commit(lambda: intake.replay_for_numbers([number.phone_number_id]))
    except IntegrityError as exc:
        if not connect.is_taken(exc):
            raise
        raise problems.is_elsewhere() from exc


def is_last(number: PhoneNumber) -> bool:
    """Whether the shop could send nothing without it."""
    others = PhoneNumber.objects.for_workspace(number.workspace).filter(state=State.CONNECTED, is_registered=True)
    return not others.exclude(pk=number.pk).exists()


def read_again(account: WABA) -> int:
    """Ask Meta now how all numbers of the account are. Returns how many things changed."""
    try:
        return health.refresh(account, read_timeout=settings.GRAPH_PAGE_TIMEOUT)
    except clients.NoToken as exc:
        raise problems.not_connected() from exc
    except GraphError as exc:
        raise _problem_of(account, exc) from exc


# Parts ---------------------------------------------------------------------------------------------------------------
def _ask(account: WABA, call: Callable[[MetaGraphClient], str | None], number: PhoneNumber | None = None) -> str | None:
    try:
        return call(clients.graph_client_for(account, read_timeout=settings.GRAPH_PAGE_TIMEOUT))
    except clients.NoToken as exc:
        raise problems.not_connected() from exc
    except GraphError as exc:
        if number and isinstance(exc, GraphNotReached):
            _uncount_try(number)
        if number and isinstance(exc, GraphAPIError) and exc.code == problems.TOO_MANY:
            raise _meta_counted_more(number) from exc
        raise _problem_of(account, exc) from exc


def _problem_of(account: WABA, exc: GraphError) -> NumberProblem:
    if not isinstance(exc, GraphAPIError):
        return problems.no_answer()
    if isinstance(exc, TokenRejected):
        watch.refused(account, exc)
    return problems.refused(exc)


def _refuse_if_not_ours(number: PhoneNumber) -> None:
    if number.is_on_biz_app:  # Meta forbids it.
        raise problems.on_phone_app()
    if number.state != State.CONNECTED:
        raise problems.is_removed()
    if number.account.state == WABA.State.DISCONNECTED:
        raise problems.not_connected()


def _count_try(number: PhoneNumber, seen: str) -> bool:
    """Write the try down before Meta counts it. False when another was made since the person looked."""
    _refuse_if_not_ours(number)
    with transaction.atomic():
        locked = PhoneNumber.objects.select_for_update().get(pk=number.pk)
        if latest_try(locked) != seen:
            return False
        possible_at = registering.possible_again_at(locked.registrations)
        if possible_at:
            raise problems.too_many(possible_at)
        number.registrations = registering.with_one_more(locked.registrations)
        PhoneNumber.objects.filter(pk=number.pk).update(registrations=number.registrations)
    return True


def _uncount_try(number: PhoneNumber) -> None:
    """Meta was never reached."""
    PhoneNumber.objects.filter(pk=number.pk).update(registrations=number.registrations[:-1])


def _meta_counted_more(number: PhoneNumber) -> NumberProblem:
    """Meta counts also what was done elsewhere: to us it is as if all ten had been made now."""
    now = [timezone.now().isoformat()] * registering.MOST
    PhoneNumber.objects.filter(pk=number.pk).update(registrations=now)
    return problems.too_many(registering.possible_again_at(now))


def _keep_added(account: WABA, phone_number_id: str, display: str, verified_name: str) -> PhoneNumber:
    """The check may have found it first."""
    values = {"account": account, "display_phone_number": display[:40], "verified_name": verified_name[:255]}
    values |= {"code_verification_status": "NOT_VERIFIED", "name_status": "PENDING_REVIEW"}
    mine = PhoneNumber.objects.for_workspace(account.workspace).filter(account=account)
    number, _created = mine.get_or_create(
        phone_number_id=phone_number_id, defaults={"workspace": account.workspace, **values}
    )
    return number


def _of_digits(account: WABA, digits: str) -> PhoneNumber | None:
    numbers = PhoneNumber.objects.for_workspace(account.workspace).filter(state=State.CONNECTED)
    return next((each for each in numbers if "".join(filter(str.isdigit, each.display_phone_number)) == digits), None)


def _set_verified(number: PhoneNumber) -> bool:
    number.code_verification_status = "VERIFIED"
    unverified = PhoneNumber.objects.filter(pk=number.pk).exclude(code_verification_status="VERIFIED")
    return bool(unverified.update(code_verification_status="VERIFIED"))


def _has_pin(number: PhoneNumber, pin: str) -> bool:
    return number.pin is not None and number.pin.open(number.workspace_id) == pin


def _let_send_again(number: PhoneNumber) -> None:
    kind = Incident.Kind.NUMBER_STOPPED
    about = Incident.objects.filter(key=f"{kind}:{number.phone_number_id}", closed_at=None)
    if about.filter(error_code__in=MENDED_BY_REGISTERING).exists():
        incidents.resume_number(number, "registered again")


def _choose_if_none_is(number: PhoneNumber) -> None:
    """A shop whose default number went gets the first of those that can send."""
    mine = PhoneNumber.objects.for_workspace(number.workspace)
    if not mine.filter(is_default=True).exists():
        usable = mine.filter(state=State.CONNECTED, is_registered=True).order_by("pk").first()
        if usable:
            mine.filter(pk=usable.pk).update(is_default=True)


def _first(mark: str) -> bool:
    """Whether nobody did the same a moment ago. Without Valkey nobody knows: then it counts as the first."""
    try:
        return bool(valkey().set(mark, 1, nx=True, ex=CODE_PAUSE_SECONDS))
    except RedisError:
        return True


def _forget(mark: str) -> None:
    try:
        valkey().delete(mark)
    except RedisError:
        return


def _note(number: PhoneNumber, user: User, action: str, what: str) -> None:
    """In the audit log, with who did it, and in the number's history."""
    workspaces.note(number.workspace, user, action, number.display_phone_number)
    history.note(number.account, what, user.label, number=number, source=ConnectionEvent.Source.SHOP)
