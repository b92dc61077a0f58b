"""Why no product goes to Meta just now: said once for all that wait, never once for each."""

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from catalog.models import Catalog
from catalog.services import access
from meta_integration.number_words import when


@dataclass(frozen=True, slots=True)
class Hold:
    """`is_yours`: a person must do something; else it goes on by itself."""

    sentence: str | Promise
    todo: str | Promise = ""
    button: str | Promise = ""
    url: str = ""
    is_yours: bool = False


def holding(catalog: Catalog | None) -> Hold | None:
    """None when products go out as they come."""
    if catalog is None:
        todo = _("Connect a catalog of yours at Meta, or have one made. What waits goes out by itself then.")
        return _yours(_("No catalog at Meta is connected."), todo, _("Connect a catalog"))
    if catalog.state == Catalog.State.BROKEN:
        todo = _("Give Galantis access to the catalog again. Nothing is lost, and what waits goes out by itself then.")
        happened = _("Meta refuses the access to the catalog since %(time)s.") % {"time": when(catalog.state_since)}
        return _yours(happened, todo, _("Renew the access"))
    if not access.is_askable(catalog):
        todo = _("Connect the WhatsApp account again. What waits goes out by itself then.")
        url = reverse("admin:meta_integration_waba_changelist")
        return Hold(_("The WhatsApp account is not connected."), todo, _("To the connection page"), url, True)
    if catalog.reconciled_at is None:
        todo = _("Compare the two and say which of them counts. Nothing is sent before.")
        return _yours(_("The catalog at Meta had products before it was connected."), todo, _("Compare"), "compare")
    return _later(catalog)


def _yours(sentence: str, todo: str, button: str, page: str = "home") -> Hold:
    return Hold(sentence, todo, button, page_of(page), True)


def _later(catalog: Catalog) -> Hold | None:
    now = timezone.now()
    if catalog.held_until and catalog.held_until > now:
        text = _("Meta takes no more calls about this catalog before %(time)s. It goes on by itself then.")
        return Hold(text % {"time": when(catalog.held_until)})
    if catalog.rests_until and catalog.rests_until > now:
        text = _("Meta gave no readable answer. Galantis tries again by itself at %(time)s.")
        return Hold(text % {"time": when(catalog.rests_until)})
    return None


def page_of(name: str, *args) -> str:
    """The address of one of the catalog's own pages; empty where there is none."""
    try:
        return reverse(f"catalog:{name}", args=args)
    except NoReverseMatch:
        return ""
