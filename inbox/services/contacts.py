"""Who a customer is: found by either of two ids, and made one when both prove to be one person."""

import re
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Q

from inbox import harmless
from inbox.models import Contact
from inbox.services.merging import merge
from workspaces.models import Workspace

# Business-scoped user ids also turn up where a phone number should be.
BSUID = re.compile(r"^[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]+$")


@dataclass
class Identity:
    """What a webhook says about a person. At least one of the ids, or there is nobody to speak of."""

    wa_id: str | None = None
    user_id: str | None = None
    name: str = ""
    username: str = ""
    parent_user_id: str = ""

    def __post_init__(self):
        if self.wa_id and BSUID.match(self.wa_id):
            self.user_id, self.wa_id = self.user_id or self.wa_id, None
        self.wa_id = re.sub(r"\D", "", self.wa_id or "")[:64] or None
        self.user_id = (self.user_id or "")[:160] or None
        # They stand in lists, titles and notices, each of which is one line.
        self.name, self.username = harmless.line(self.name, 255), harmless.line(self.username, 255)

    def __bool__(self):
        return bool(self.wa_id or self.user_id)


class NobodyNamed(Exception):
    """A message that says of nobody whom it is from. Kept in its delivery, and shown there as failed."""


def resolve(workspace: Workspace, who: Identity) -> Contact:
    """The contact with these ids: found, completed, merged or made. Raises NobodyNamed."""
    if not who:
        raise NobodyNamed
    try:
        with transaction.atomic():
            return _resolve(workspace, who)
    except IntegrityError:  # Another worker met the same customer at the same moment.
        with transaction.atomic():
            return _resolve(workspace, who)


@transaction.atomic
def follow(contact: Contact, new: Identity) -> None:
    """The customer has new ids now. If they wrote under those before we heard of it, both contacts become one."""
    others = Contact.objects.for_workspace(contact.workspace).exclude(pk=contact.pk).select_for_update()
    already = others.filter(Q(wa_id=new.wa_id) & ~Q(wa_id=None) | Q(user_id=new.user_id) & ~Q(user_id=None)).first()
    if already:
        learned = {"wa_id": already.wa_id or new.wa_id, "user_id": already.user_id or new.user_id or contact.user_id}
        merge(keep=already, gone=contact)
        Contact.objects.filter(pk=already.pk).update(**learned)
    else:
        Contact.objects.filter(pk=contact.pk).update(
            wa_id=new.wa_id or contact.wa_id, user_id=new.user_id or contact.user_id
        )


def _resolve(workspace: Workspace, who: Identity) -> Contact:
    mine = Contact.objects.for_workspace(workspace).select_for_update()
    by_user = mine.filter(user_id=who.user_id).first() if who.user_id else None
    by_phone = mine.filter(wa_id=who.wa_id).first() if who.wa_id else None
    if by_user and by_phone and by_user.pk != by_phone.pk:
        return _complete(_joined(by_user, by_phone), who)
    if by_phone and who.user_id and by_phone.user_id not in (None, who.user_id):
        # The number's BSUID is made anew when it changes hands: the earlier person keeps the BSUID, not the phone.
        Contact.objects.filter(pk=by_phone.pk).update(wa_id=None)
        by_phone = None
    found = by_user or by_phone
    if found:
        return _complete(found, who)
    key = {"user_id": who.user_id} if who.user_id else {"wa_id": who.wa_id}
    rest = {"wa_id": who.wa_id, "name": who.name[:255], "profile_name": who.name[:255], "username": who.username[:255]}
    made, _ = Contact.objects.get_or_create(workspace=workspace, **key, defaults={**rest, **key})
    return _complete(made, who)


def _joined(by_user: Contact, by_phone: Contact) -> Contact:
    """Two contacts that one message proves to share: one person, or a phone that changed hands."""
    if by_phone.user_id:
        Contact.objects.filter(pk=by_phone.pk).update(wa_id=None)
        return by_user
    merge(keep=by_user, gone=by_phone)
    return by_user


def _complete(contact: Contact, who: Identity) -> Contact:
    """Write down what is new; forget nothing that this message does not mention, and no name that the shop gave."""
    news = {
        "wa_id": who.wa_id,
        "user_id": who.user_id,
        "profile_name": who.name[:255],
        "username": who.username[:255],
        "parent_user_id": who.parent_user_id[:160],
    }
    if contact.name == contact.profile_name:
        news["name"] = who.name[:255]
    changed = {name: value for name, value in news.items() if value and getattr(contact, name) != value}
    if changed:
        for name, value in changed.items():
            setattr(contact, name, value)
        contact.save(update_fields=list(changed))
    return contact
