"""Each number, and why its messages wait."""

from django.utils.translation import gettext as _

from meta_integration import number_words
from meta_integration.models import WABA, PhoneNumber
from workspaces.desk import Section, State, Table, moment
from workspaces.models import Workspace


def section(workspace: Workspace) -> Section | None:
    numbers = PhoneNumber.objects.for_workspace(workspace).select_related("account").order_by("-is_default", "pk")
    found = [(number, why(number)) for number in numbers[:200]]
    if not found:
        return None
    head = [_("Number"), _("Name customers see"), _("Messages wait because"), _("Status at Meta"), _("Quality")]
    head += [_("Limit"), _("Last checked")]
    state, sentence = _verdict(found)
    return Section(_("Numbers"), state, sentence, table=Table(head, [_row(*each) for each in found]))


def why(number: PhoneNumber) -> str:
    """Empty for a number that sends."""
    waits = number.why_it_waits()
    return waits if waits or number.is_registered else _("It is not registered for sending at Meta.")


def _verdict(found: list) -> tuple[State, str]:
    """A number that was never registered is only a trouble where it is the default, or the only one."""
    in_use = [(number, words) for number, words in found if _is_in_use(number)] or found
    waiting = [(number, words) for number, words in in_use if words]
    if len(waiting) < len(in_use):
        waiting = [(number, words) for number, words in waiting if number.is_registered or number.is_default]
    if not waiting:
        return State.GOOD, _("All numbers can send.")
    grave = [(number, words) for number, words in waiting if _is_stopped(number)]
    number, words = (grave or waiting)[0]
    is_bad = grave and (grave[0][0].is_default or len(waiting) == len(in_use))
    text = _("%(number)s does not send: %(why)s") % {"number": number.display_phone_number, "why": words}
    return State.BAD if is_bad else State.WARN, text


def _is_in_use(number: PhoneNumber) -> bool:
    return number.state == PhoneNumber.State.CONNECTED and number.account.state != WABA.State.DISCONNECTED


def _is_stopped(number: PhoneNumber) -> bool:
    """What does not end by itself."""
    is_cut_off = not _is_in_use(number) or number.account.state == WABA.State.BROKEN
    return bool(is_cut_off or not number.is_registered or number.paused_reason or number.is_paused)


def _row(number: PhoneNumber, words: str) -> list:
    quality = {"GREEN": _("High"), "YELLOW": _("Medium"), "RED": _("Low")}
    default = f" ({_('default')})" if number.is_default else ""
    return [
        f"{number.display_phone_number}{default}",
        number.verified_name or "–",
        words or _("nothing, they flow"),
        number_words.status(number.status),
        quality.get(number.quality_rating, "–"),
        number_words.tier(number.messaging_limit_tier),
        moment(number.checked_at),
    ]
