"""Messages without buttons: text, files, places, contact cards, reactions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from inbox.outgoing import checks
from inbox.outgoing.checks import BadMessage
from inbox.outgoing.message import Outgoing
from inbox.outgoing.parts import CAPTION, Source, source_of
from meta_integration.models import MediaAsset

LONGEST_TEXT = 4096


def text(body: str, *, preview_url: bool = False) -> Outgoing:
    """`preview_url` shows a preview of the first web address in it."""
    body = checks.text("body", _("The text"), body, LONGEST_TEXT)
    return Outgoing("text", {"text": {"body": body, **({"preview_url": True} if preview_url else {})}}, body)


def image(source: Source | MediaAsset, caption: str = "") -> Outgoing:
    return _file("image", source, caption)


def video(source: Source | MediaAsset, caption: str = "") -> Outgoing:
    return _file("video", source, caption)


def document(source: Source | MediaAsset, caption: str = "", filename: str = "") -> Outgoing:
    """The file name's ending decides the icon on the customer's phone."""
    filename = checks.text("filename", _("The file name"), filename, optional=True)
    return _file("document", source, caption, **({"filename": filename} if filename else {}))


def audio(source: Source | MediaAsset, *, voice: bool = False) -> Outgoing:
    """`voice` shows it as a voice message: only for OGG files with OPUS in them."""
    return _file("audio", source, **({"voice": True} if voice else {}))


def sticker(source: Source | MediaAsset) -> Outgoing:
    return _file("sticker", source)


def of_file(asset: MediaAsset, caption: str = "") -> Outgoing:
    """The message that carries this file: as a picture, a video, a sound, a sticker or a document."""
    if asset.kind == "document":
        return document(asset, caption, asset.file_name)
    if asset.kind in ("image", "video"):
        return _file(asset.kind, asset, caption)
    if caption.strip():
        words = _("WhatsApp shows no text with a sound or a sticker. Send the text by itself, and then the file.")
        raise BadMessage("caption", words)
    return audio(asset, voice=asset.mime_type == "audio/ogg") if asset.kind == "audio" else sticker(asset)


def location(latitude: float, longitude: float, *, name: str = "", address: str = "") -> Outgoing:
    place = {
        "latitude": checks.between("latitude", _("The latitude"), latitude, -90, 90),
        "longitude": checks.between("longitude", _("The longitude"), longitude, -180, 180),
    }
    name = checks.text("name", _("The name of the place"), name, optional=True)
    address = checks.text("address", _("The address of the place"), address, optional=True)
    place |= {key: value for key, value in (("name", name), ("address", address)) if value}
    return Outgoing("location", {"location": place}, ", ".join(filter(None, (name, address))))


@dataclass(frozen=True)
class Phone:
    number: str
    type: str = ""
    wa_id: str = ""


@dataclass(frozen=True)
class ContactCard:
    """A person or shop to be kept in the phone's address book. Addresses have Meta's keys: street, city, zip, ..."""

    formatted_name: str
    first_name: str = ""
    last_name: str = ""
    middle_name: str = ""
    prefix: str = ""
    suffix: str = ""
    phones: Sequence[Phone] = ()
    emails: Sequence[str] = ()
    urls: Sequence[str] = ()
    addresses: Sequence[dict] = ()
    company: str = ""
    department: str = ""
    title: str = ""
    birthday: date | None = None


def contacts(cards: Sequence[ContactCard]) -> Outgoing:
    # Meta's page says 257 and its OpenAPI file 5.
    checks.how_many("contacts", _("contact cards"), cards, 1, 5)
    built = [_card(f"contacts[{place}]", card) for place, card in enumerate(cards)]
    return Outgoing("contacts", {"contacts": built}, ", ".join(card["name"]["formatted_name"] for card in built))


def reaction(wamid: str, emoji: str) -> Outgoing:
    """An emoji on one of the thread's messages."""
    emoji = checks.text("emoji", _("The emoji"), emoji)
    return _reaction(wamid, emoji)


def reaction_removed(wamid: str) -> Outgoing:
    return _reaction(wamid, "")


def _reaction(wamid: str, emoji: str) -> Outgoing:
    target = checks.text("message_id", _("The message to react to"), wamid)
    return Outgoing("reaction", {"reaction": {"message_id": target, "emoji": emoji}}, emoji)


def _file(kind: str, source: Source | MediaAsset, caption: str = "", **more) -> Outgoing:
    caption = checks.text("caption", _("The text under the file"), caption, CAPTION, optional=True)
    content = {**source_of(source).as_json(kind), **({"caption": caption} if caption else {}), **more}
    return Outgoing(kind, {kind: content}, caption)


def _card(field: str, card: ContactCard) -> dict:
    names = {
        key: checks.text(f"{field}.{key}", _("The name"), getattr(card, key), optional=key != "formatted_name")
        for key in ("formatted_name", "first_name", "last_name", "middle_name", "prefix", "suffix")
    }
    names = {key: value for key, value in names.items() if value}
    if len(names) < 2:
        words = _("Besides the whole name WhatsApp wants one part of it, such as the first name.")
        raise BadMessage(f"{field}.first_name", words)
    org = {key: getattr(card, key) for key in ("company", "department", "title") if getattr(card, key)}
    parts = {
        "phones": [_phone(f"{field}.phones[{place}]", each) for place, each in enumerate(card.phones)],
        "emails": [
            {"email": checks.text(f"{field}.emails[{place}]", _("The e-mail address"), each)}
            for place, each in enumerate(card.emails)
        ],
        "urls": [{"url": checks.web_address(f"{field}.urls[{place}]", each)} for place, each in enumerate(card.urls)],
        "addresses": [checks.storable(dict(each)) for each in card.addresses],
        "org": checks.storable(org),
        "birthday": card.birthday.isoformat() if card.birthday else "",
    }
    return {"name": names, **{key: value for key, value in parts.items() if value}}


def _phone(field: str, phone: Phone) -> dict:
    number = checks.text(f"{field}.number", _("The phone number"), phone.number)
    more = {"type": phone.type, "wa_id": phone.wa_id}
    return {"phone": number, **{key: checks.storable(value) for key, value in more.items() if value}}
