"""What a person of the shop writes down of a customer: name, language, tags, and whatever else they know."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from inbox import harmless
from inbox.models import ConsentEntry, Contact, Tag, Thread, ThreadEvent
from inbox.services import consent, events
from templates_app import languages
from workspaces import live
from workspaces import services as workspaces
from workspaces.models import User, Workspace

LONGEST_KEY, LONGEST_VALUE, LONGEST_TAG = 40, 300, 40
MOST_ATTRIBUTES, MOST_TAGS = 40, 300


class NotDone(Exception):
    """Nothing was changed. The text says why, in the agent's words."""


def describe(contact: Contact, name: str, language: str) -> None:
    """Without a name they are called as on WhatsApp again. Raises NotDone."""
    code = languages.code_of(language)
    if language.strip() and not code:
        raise NotDone(_("Nobody here knows this language. Choose one of the list."))
    name = harmless.line(name, 255) or contact.profile_name
    Contact.objects.filter(pk=contact.pk).update(name=name, language=code)
    contact.name, contact.language = name, code
    tell(contact)


def note_consent(thread: Thread, state: str, proof: str, actor: User) -> None:
    """What a customer told a person of the shop. That they want offers needs a proof. Raises NotDone."""
    if state not in (consent.SUBSCRIBED, consent.UNSUBSCRIBED):
        raise NotDone(_("Choose whether they want offers."))
    proof = harmless.line(proof, 300)
    if state == consent.SUBSCRIBED and len(proof) < 3:
        raise NotDone(_("Write down how and when they said it: you may be asked for the proof."))
    consent.note(thread.contact, state, ConsentEntry.Source.PERSON, thread=thread, actor=actor, proof=proof)
    thread.contact.refresh_from_db(fields=["marketing_state"])


# Tags -----------------------------------------------------------------------------------------------------------------
@transaction.atomic
def add_tag(thread: Thread, name: str, actor: User, color: str = "") -> Tag:
    """The shop's tag of that name; a new one where it has none. Raises NotDone."""
    tag = _tag(thread.workspace, name) or save_tag(thread.workspace, name, color, actor=actor)
    if not thread.contact.tags.filter(pk=tag.pk).exists():
        thread.contact.tags.add(tag)
        events.note(thread, ThreadEvent.Kind.TAGGED, actor, tag=tag.name)
        tell(thread.contact)
    return tag


@transaction.atomic
def remove_tag(thread: Thread, tag: Tag, actor: User) -> None:
    if thread.contact.tags.filter(pk=tag.pk).exists():
        thread.contact.tags.remove(tag)
        events.note(thread, ThreadEvent.Kind.UNTAGGED, actor, tag=tag.name)
        tell(thread.contact)


def save_tag(workspace: Workspace, name: str, color: str, *, actor: User, tag: Tag | None = None) -> Tag:
    """Make one, or change `tag`. Raises NotDone."""
    name = harmless.line(name, LONGEST_TAG)
    if not name:
        raise NotDone(_("A tag needs a name."))
    if tag is None and Tag.objects.for_workspace(workspace).count() >= MOST_TAGS:
        raise NotDone(_("There are %(count)s tags already. Delete some first.") % {"count": MOST_TAGS})
    row = tag or Tag(workspace=workspace)
    row.name, row.color = name, color if color in Tag.Color else row.color
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise NotDone(_("There is a tag “%(name)s” already.") % {"name": name}) from None
    workspaces.note(workspace, actor, "changed a tag" if tag else "made a tag", name)
    live.touch(workspace.pk)
    return row


def delete_tag(tag: Tag, *, actor: User) -> None:
    """Customers lose it; nothing else of them changes."""
    workspaces.note(tag.workspace, actor, "deleted a tag", tag.name)
    live.touch(tag.workspace_id)
    tag.delete()


def _tag(workspace: Workspace, name: str) -> Tag | None:
    return Tag.objects.for_workspace(workspace).filter(name__iexact=harmless.line(name, LONGEST_TAG)).first()


# Whatever else --------------------------------------------------------------------------------------------------------
@transaction.atomic
def set_attribute(contact: Contact, key: str, value: str, was: str = "") -> None:
    """Add it, or change the one that was called so. Without a value it is removed. Raises NotDone."""
    key, value = harmless.line(key, LONGEST_KEY), harmless.line(value, LONGEST_VALUE)
    locked = Contact.objects.select_for_update(no_key=True).get(pk=contact.pk)
    if not key:
        raise NotDone(_("Say what it is: “Birthday”, “Shoe size”."))
    if key != was and key in locked.attributes and value:
        raise NotDone(_("“%(key)s” is written down already. Change it there.") % {"key": key})
    locked.attributes.pop(was or key, None)
    if value:
        if len(locked.attributes) >= MOST_ATTRIBUTES:
            raise NotDone(_("That is enough: no more than %(count)s.") % {"count": MOST_ATTRIBUTES})
        locked.attributes[key] = value
    elif not was:
        raise NotDone(_("Write something for “%(key)s”.") % {"key": key})
    locked.save(update_fields=["attributes"])
    contact.attributes = locked.attributes
    tell(contact)


def tell(contact: Contact) -> None:
    """Open pages that show this customer look again."""
    threads = Thread.objects.filter(contact=contact).values_list("pk", flat=True)
    live.touch(contact.workspace_id, *threads)
