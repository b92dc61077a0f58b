"""Two entries that are one customer, made one. Nothing of either is lost."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils.translation import gettext as _

from inbox.models import Case, Contact, Message, Note, Thread, ThreadEvent
from inbox.services import cases, consent, events
from workspaces import live
from workspaces import services as workspaces
from workspaces.models import User

SHOWN = 3
Status = Thread.Status
# What is open comes before what waits, and that before what is done.
URGENCY = [Status.OPEN, Status.PENDING, Status.RESOLVED]


class CannotMerge(Exception):
    """Both stay as they are. The text says why, in the agent's words."""


@transaction.atomic
def merge(keep: Contact, gone: Contact, actor: User | None = None) -> None:
    """Move all of `gone` to `keep` and delete it. Threads on the same number become one. Nobody's word is lost.

    Raises CannotMerge where somebody did so a moment ago.
    """
    keep, gone = _locked(keep, gone)
    moved = [_move(thread, keep) for thread in Thread.objects.filter(contact=gone).order_by("pk").select_for_update()]
    name = str(gone) if gone.address in ("", str(gone)) else f"{gone} ({gone.address})"
    keep.tags.add(*gone.tags.all())
    thread = moved[0] if moved else Thread.objects.filter(contact=keep).order_by("-last_message_at").first()
    consent.merged(keep, gone, thread)
    gone.delete()  # Before its ids are given to the other: each is unique.
    _complete(keep, gone)
    for each in moved or [thread] if thread else []:
        events.note(each, ThreadEvent.Kind.MERGED, actor, name=name)
    if actor:
        workspaces.note(keep.workspace, actor, "made two entries of a customer one", f"customer {keep.pk}")
    live.touch(keep.workspace_id)


def by_hand(keep: Contact, gone: Contact, actor: User) -> None:
    """The same, decided by a person who was asked. Raises CannotMerge."""
    if gone.pk == keep.pk or why_not(keep, gone):
        raise CannotMerge(why_not(keep, gone) or _("This is one entry already."))
    merge(keep, gone, actor)


def why_not(keep: Contact, gone: Contact) -> str:
    """Two people, as far as WhatsApp knows: what is written to one would reach the other."""
    has_two_phones = keep.wa_id and gone.wa_id and gone.wa_id not in spellings(keep.wa_id)
    if has_two_phones:
        return _("They have two different phone numbers. WhatsApp takes them as two customers, and so must Galantis.")
    if keep.user_id and gone.user_id:
        return _("WhatsApp knows them as two different people.")
    return ""


def possible(contact: Contact) -> list[Contact]:
    """Entries that may be the same customer: called the same, or with the same phone number written another way."""
    others = Contact.objects.for_workspace(contact.workspace_id).exclude(pk=contact.pk)
    alike = Q(wa_id__in=spellings(contact.wa_id) - {contact.wa_id}) if contact.wa_id else Q(pk=None)
    called = Q(upper_name=contact.name.upper()) if contact.name.strip() else Q(pk=None)
    if contact.wa_id and not contact.user_id:
        alike |= called & Q(wa_id=None)
    elif contact.user_id and not contact.wa_id:
        alike |= called & Q(user_id=None)
    found = others.alias(upper_name=Upper("name")).filter(alike).order_by("pk")[: SHOWN * 3]
    return [each for each in found if not why_not(contact, each)][:SHOWN]


def spellings(wa_id: str) -> set[str]:
    """The ways in which one phone number is written: Brazil's, Mexico's and Argentina's mobiles have a digit more."""
    found = {wa_id}
    for country, more, place in (("55", "9", 4), ("52", "1", 2), ("54", "9", 2)):
        if wa_id.startswith(country) and len(wa_id) > place + 7:
            if wa_id[place:].startswith(more):
                found.add(wa_id[:place] + wa_id[place + 1 :])
            found.add(wa_id[:place] + more + wa_id[place:])
    return found


def _locked(keep: Contact, gone: Contact) -> tuple[Contact, Contact]:
    """In one order, and without their workspace: all that is written there would wait for it."""
    both = Contact.objects.filter(pk__in=[keep.pk, gone.pk]).select_related("workspace").order_by("pk")
    found = {each.pk: each for each in both.select_for_update(of=("self",))}
    if len(found) < 2:
        raise CannotMerge(_("This is one entry already."))
    return found[keep.pk], found[gone.pk]


def _complete(keep: Contact, gone: Contact) -> None:
    """What one of them did not know, the other may. The spelling of a phone in which the customer wrote stays."""
    for name in ("wa_id", "user_id", "parent_user_id", "name", "profile_name", "username", "language"):
        setattr(keep, name, getattr(keep, name) or getattr(gone, name))
    if gone.blocked_at and not keep.blocked_at:
        keep.blocked_at, keep.blocked_by_id = gone.blocked_at, gone.blocked_by_id
    keep.created_at = min(keep.created_at, gone.created_at)
    for key, value in gone.attributes.items():
        _add_attribute(keep.attributes, key, value)
    keep.save(
        update_fields=[
            "wa_id", "user_id", "parent_user_id", "name", "profile_name", "username", "language", "blocked_at",
            "blocked_by", "created_at", "attributes",
        ]
    )  # fmt: skip


def _add_attribute(attributes: dict, key: str, value) -> None:
    """Under another name where the two say different things of the same."""
    name, n = key, 1
    while name in attributes and attributes[name] != value:
        n += 1
        name = f"{key} ({n})"
    attributes[name] = value


def _move(thread: Thread, keep: Contact) -> Thread:
    """To the other entry; into its thread, where it has one on the same number. Returns where it stands now."""
    kept = Thread.objects.select_for_update().filter(contact=keep, number=thread.number_id).first()
    if kept is None:
        Thread.objects.filter(pk=thread.pk).update(contact=keep)
        thread.contact = keep
        return thread
    for model in (Message, Note, ThreadEvent):
        model.objects.filter(thread=thread).update(thread=kept)
    _join_cases(kept, thread)
    Thread.objects.filter(pk=kept.pk).update(**_joined(kept, thread))
    thread.delete()
    return kept


def _join_cases(kept: Thread, thread: Thread) -> None:
    """Two that are open are one stretch of work, begun when the earlier was."""
    mine, theirs = (Case.objects.filter(thread=each, resolved_at=None).first() for each in (kept, thread))
    if mine and theirs:
        Case.objects.filter(pk=mine.pk).update(opened_at=min(mine.opened_at, theirs.opened_at))
        theirs.delete()
    Case.objects.filter(thread=thread).update(thread=kept)
    if mine and theirs:
        cases.look_for_the_answer(kept)


def _joined(kept: Thread, thread: Thread) -> dict:
    """The columns of the one thread that two have become."""
    both = (kept, thread)
    newer = max(both, key=lambda each: (each.last_message_at, each is kept))
    status = min((each.status for each in both), key=URGENCY.index)
    at_work = [each for each in both if each.status != Status.RESOLVED]
    put_off = [each.snoozed_until for each in at_work]
    resolved = [each.resolved_at for each in both if each.status == status]
    last = ("window_expires_at", "away_sent_at", "not_before", "reached_at", "answered_at", "blocked_at_meta")
    return {
        **{name: _latest(*(getattr(each, name) for each in both)) for name in last},
        "last_message_at": newer.last_message_at,
        "preview": newer.preview,
        "last_type": newer.last_type,
        "unread_count": kept.unread_count + thread.unread_count,
        "status": status,
        "assignee_id": kept.assignee_id or thread.assignee_id,
        "waiting_since": min(filter(None, (each.waiting_since for each in both)), default=None),
        "snoozed_until": min(put_off) if put_off and all(put_off) else None,
        "resolved_at": _latest(*resolved),
        "pair_strikes": max(each.pair_strikes for each in both),
    }


def _latest(*moments: datetime | None) -> datetime | None:
    return max(filter(None, moments), default=None)
