"""What customers in WhatsApp see of a catalog: whether the account shows it, and what each number shows."""

from collections.abc import Callable

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.models import Catalog, CommerceSettings
from catalog.services import connecting, reading
from catalog.services.connecting import ConnectingProblem
from meta_integration.graph.client import MetaGraphClient
from meta_integration.graph.errors import GraphAPIError, GraphError, TokenRejected
from meta_integration.models import WABA, PhoneNumber
from meta_integration.services import clients
from workspaces import live
from workspaces import services as workspaces
from workspaces.models import User

ANOTHER_IS_LINKED = (100, 2388027)
KNOWN = ("is_cart_enabled", "is_catalog_visible")


class AnotherIsLinked(ConnectingProblem):
    """The account shows another catalog, and Meta allows one."""


def link(catalog: Catalog, user: User, *, instead: bool = False) -> None:
    """Show it in the account's conversations; `instead` of the one that is shown now. Raises ConnectingProblem."""
    account = catalog.account

    def ask(client: MetaGraphClient) -> None:
        if instead:
            for each in _linked(client, account):
                if each != catalog.catalog_id:
                    client.unlink_catalog(account.waba_id, each)
        client.link_catalog(account.waba_id, catalog.catalog_id)

    try:
        _with_either(account, ask)
    except GraphAPIError as exc:
        if (exc.code, exc.subcode) == ANOTHER_IS_LINKED:
            raise AnotherIsLinked(_another(catalog)) from exc
        raise ConnectingProblem(connecting.in_words(exc)) from exc
    except (GraphError, clients.NoToken) as exc:
        raise ConnectingProblem(connecting.in_words(exc)) from exc
    _note(catalog, user, is_linked=True)


def unlink(catalog: Catalog, user: User) -> None:
    """Raises ConnectingProblem."""
    try:
        _with_either(catalog.account, lambda ask: ask.unlink_catalog(catalog.account.waba_id, catalog.catalog_id))
    except (GraphError, clients.NoToken) as exc:
        raise ConnectingProblem(connecting.in_words(exc)) from exc
    _note(catalog, user, is_linked=False)


def show(number: PhoneNumber, user: User, *, is_cart_enabled: bool, is_catalog_visible: bool) -> None:
    """What customers of this number see. Raises ConnectingProblem."""
    shown = {"is_cart_enabled": is_cart_enabled, "is_catalog_visible": is_catalog_visible}
    try:
        _own(number.account).set_commerce_settings(number.phone_number_id, **shown)
    except (GraphError, clients.NoToken) as exc:
        raise ConnectingProblem(connecting.in_words(exc)) from exc
    _keep(number, shown)
    workspaces.note(number.workspace, user, "changed what a number shows", number.phone_number_id, **shown)
    live.touch(number.workspace_id)


def refresh(catalog_pk: int) -> None:
    """Ask Meta how it is now. Without an answer all stays as it was known."""
    found = reading.askable().select_related("workspace", "account__workspace")
    catalog = found.filter(pk=catalog_pk).first()
    if catalog is None:
        return
    try:
        linked = _with_either(catalog.account, lambda client: _linked(client, catalog.account))
        Catalog.objects.filter(pk=catalog.pk).update(is_linked=catalog.catalog_id in linked)
        for number in numbers_of(catalog):
            row = _own(catalog.account).commerce_settings(number.phone_number_id)
            _keep(number, {name: _said(row.get(name)) for name in KNOWN})
    except (GraphError, clients.NoToken):
        return
    finally:
        live.touch(catalog.workspace_id)


def numbers_of(catalog: Catalog):
    mine = PhoneNumber.objects.filter(account=catalog.account).exclude(state=PhoneNumber.State.DISCONNECTED)
    return mine.select_related("account__workspace", "workspace", "commerce").order_by("pk")


def _with_either(account: WABA, ask: Callable[[MetaGraphClient], object]):
    """With the token for catalogs; where that one lacks a permission, with the account's own."""
    try:
        return ask(connecting.page_client(account))
    except GraphAPIError as exc:
        is_about_it = isinstance(exc, TokenRejected) or (exc.code, exc.subcode) == ANOTHER_IS_LINKED
        if is_about_it or account.catalog_token is None or account.state != WABA.State.CONNECTED:
            raise
    return ask(_own(account))


def _own(account: WABA) -> MetaGraphClient:
    return clients.graph_client_for(account, read_timeout=settings.GRAPH_PAGE_TIMEOUT)


def _linked(client: MetaGraphClient, account: WABA) -> dict[str, str]:
    rows = [each for each in client.product_catalogs(account.waba_id) if isinstance(each, dict)]
    return {str(each["id"]): str(each.get("name") or each["id"]) for each in rows if each.get("id")}


def _another(catalog: Catalog) -> str:
    try:
        linked = _with_either(catalog.account, lambda client: _linked(client, catalog.account))
    except (GraphError, clients.NoToken):
        linked = {}
    names = ", ".join(f"“{name}”" for each, name in linked.items() if each != catalog.catalog_id)
    if not names:
        return _("WhatsApp shows another catalog for this account, and Meta allows one.")
    return _("WhatsApp shows the catalog %(names)s for this account, and Meta allows one.") % {"names": names}


def _keep(number: PhoneNumber, shown: dict) -> None:
    CommerceSettings.objects.update_or_create(
        number=number, defaults={**shown, "workspace": number.workspace, "read_at": timezone.now()}
    )


def _said(value) -> bool | None:
    return value if isinstance(value, bool) else None


def _note(catalog: Catalog, user: User, *, is_linked: bool) -> None:
    Catalog.objects.filter(pk=catalog.pk).update(is_linked=is_linked)
    what = "linked a catalog" if is_linked else "unlinked a catalog"
    workspaces.note(catalog.workspace, user, what, catalog.catalog_id)
    live.touch(catalog.workspace_id)
