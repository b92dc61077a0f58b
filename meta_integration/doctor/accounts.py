"""Each connected account, asked about at Meta: access, permissions, webhooks, numbers, templates."""

from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from meta_integration.graph.client import MetaGraphClient
from meta_integration.graph.errors import GraphAPIError, GraphError
from meta_integration.models import WABA
from meta_integration.services import clients, facts
from workspaces.doctor import Result, Visit, check, fault, not_known, ok, warning

NAMES = ("token", "permissions", "subscription", "numbers", "templates")
TEMPLATES_ARE_OLD = timedelta(days=2)


@check(*NAMES, needs=("migrations", "app"), asks_meta=True)
def accounts(visit: Visit) -> Iterator[Result]:
    """Broken ones first, then those that were not asked about for longest. What there was no time for is said."""
    found = WABA.objects.exclude(state=WABA.State.DISCONNECTED).select_related("workspace")
    asked, total = 0, found.count()
    for account in found.order_by("state", F("checked_at").asc(nulls_first=True), "pk")[: visit.accounts]:
        if not visit.has_time():
            break
        yield from _examine(account)
        asked += 1
    if asked < total:
        text = _("%(n)s of %(all)s accounts were asked about.") % {"n": asked, "all": total}
        yield ok("token", text + " " + _("The command asks about more with --accounts."))
    if not total:
        yield ok("token", _("No account is connected."))


def _examine(account: WABA) -> Iterator[Result]:
    about = f"{account.workspace}: {account}"
    try:
        client = clients.graph_client_for(account, read_timeout=settings.GRAPH_PAGE_TIMEOUT)
        said = clients.token_facts(account)
        yield from _of_token(said, account, about)
        if said.get("is_valid"):
            yield _subscription(client, account, about)
            yield _numbers(client, account, about)
    except clients.NoToken:
        yield fault("token", _("There is no access that can be opened."), _reconnect(), about)
    except GraphAPIError as exc:
        yield not_known("token", _("Meta answered with code %(code)s.") % {"code": exc.code}, about=about)
    except GraphError:
        yield not_known("token", _("Meta gave no readable answer."), _("Ask again in a minute."), about)
    yield _templates(account, about)


def _of_token(said: dict, account: WABA, about: str) -> Iterator[Result]:
    missing = facts.missing_in(said) if said.get("is_valid") else []
    trouble = facts.trouble_of(said, account.waba_id)
    if trouble and not missing:
        yield fault("token", trouble[0], _reconnect(), about)
        return
    if account.state == WABA.State.BROKEN:
        text = _("Meta accepts the access, and Galantis still holds the connection for broken: messages wait.")
        yield warning("token", text, _("Press “Test the connection” on the support desk."), about)
    else:
        yield ok("token", _("Meta accepts the access."), about)
    if missing:
        text = _("The access lacks: %(names)s.") % {"names": ", ".join(missing)}
        yield fault("permissions", text, _reconnect() + " " + _("All permissions must stay ticked."), about)
    else:
        yield ok("permissions", _("All there."), about)


def _reconnect() -> str:
    return _("The shop must connect again: send a reconnect link from the support desk.")


def _subscription(client: MetaGraphClient, account: WABA, about: str) -> Result:
    """Our app is among those that Meta posts this account's webhooks to."""
    try:
        ids = client.subscribed_app_ids(account.waba_id)
    except GraphAPIError as exc:
        return not_known("subscription", _("Meta answered with code %(code)s.") % {"code": exc.code}, about=about)
    if settings.META_APP_ID in ids:
        return ok("subscription", _("Meta posts its webhooks to this app."), about)
    text = _("Meta does not post this account's webhooks to this app: customers' messages do not come in.")
    return fault(
        "subscription", text, _("Press “Subscribe again” on the support desk, or let the shop reconnect."), about
    )


def _numbers(client: MetaGraphClient, account: WABA, about: str) -> Result:
    """Every number we send from is registered at Meta."""
    try:
        theirs = {str(each.get("id")): str(each.get("status") or "") for each in client.phone_numbers(account.waba_id)}
    except GraphAPIError as exc:
        return not_known("numbers", _("Meta answered with code %(code)s.") % {"code": exc.code}, about=about)
    ours = account.numbers.filter(state="connected", is_registered=True)
    wrong = []
    for number in ours:
        status = theirs.get(number.phone_number_id)
        if status is None:
            wrong.append(_("%(number)s is not there any more") % {"number": number.display_phone_number})
        elif status not in ("", "CONNECTED"):
            wrong.append(f"{number.display_phone_number}: {status}")
    if wrong:
        text = _("Numbers that Meta does not send from: %(which)s.") % {"which": ", ".join(wrong)}
        return fault("numbers", text, _("The shop must register the number again: connect again and choose it."), about)
    return ok("numbers", _("All are registered at Meta."), about)


def _templates(account: WABA, about: str) -> Result:
    if account.templates_read_at is None:
        return ok("templates", _("Not read yet."), about)
    if account.templates_read_at < timezone.now() - TEMPLATES_ARE_OLD:
        text = _("What is known of the templates at Meta is older than two days.")
        return warning(
            "templates", text, _("Is beat alive? Press “Read the templates again” on the support desk."), about
        )
    return ok("templates", _("Known, and fresh."), about)
