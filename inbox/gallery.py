"""Every kind of message in one conversation, to look at: Meta's payloads, and what the shop sends."""

import io
import json
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from django.utils import timezone
from PIL import Image

from catalog.models import ProductItem
from catalog.services import items
from inbox import outgoing
from inbox.models import Message, Note, Thread, ThreadEvent
from inbox.outgoing import Button, ContactCard, MediaHeader, Outgoing, Phone, Products, Row, Section, Source, TextHeader
from inbox.services import receiving, targets
from inbox.services.contacts import Identity
from meta_integration.models import MediaAsset, PhoneNumber
from meta_integration.services import media

PAYLOADS = Path(__file__).parent.parent / "meta_integration" / "tests" / "payloads"
# Known by both ids: the number changes on the way.
WHO = Identity(wa_id="15550066841", user_id="US.GALLERY", name="Gallery Customer")
APART = timedelta(minutes=2)
S = Message.Status


def fill(number: PhoneNumber) -> Thread:
    """Whatever is there already stays as it is."""
    _fill_the_shelf(number)
    sent = [*_outgoing(), *_standings()]
    received = [*_payloads(), *_more()]
    at = timezone.now() - APART * (len(sent) + len(received) + 2)
    thread = None
    for place, content in enumerate(received):
        at += APART
        own = {"id": content.get("id") or f"wamid.gallery-in-{place}", "from": WHO.wa_id}
        message = receiving.receive(number, {**content, **own, "timestamp": str(int(at.timestamp()))}, WHO)
        thread = message.thread if message else thread
    thread = thread or Message.objects.get(number=number, wamid="wamid.gallery-hello").thread
    _show_files(thread)
    for place, (built, fields) in enumerate(sent):
        at += APART
        _send(thread, f"wamid.gallery-out-{place}", built, occurred_at=at, **fields)
    if not Note.objects.filter(thread=thread).exists():
        _between(thread, at)
    return thread


def _fill_the_shelf(number: PhoneNumber) -> None:
    """Two of the products that messages name are known, one of them at another price than it was ordered for."""
    prices = {"mug-blue": ("Blue mug", "1520.50"), "mug-red": ("Red mug", "12.00")}
    rows = [
        {"retailer_id": each, "title": title, "price": Decimal(price), "currency": "USD"}
        for each, (title, price) in prices.items()
    ]
    items.write(number.workspace, rows, source=ProductItem.Source.HAND)


# What Meta tells ------------------------------------------------------------------------------------------------------
def _payloads() -> Iterator[dict]:
    """The messages of Meta's samples. What they answer or react to is a message that is there."""
    yield {"id": "wamid.gallery-hello", "type": "text", "text": {"body": "Hello! Do you have the *blue* one?"}}
    for path in sorted(PAYLOADS.glob("messages__*.json")):
        for entry in json.loads(path.read_text())["entry"]:
            for change in entry["changes"]:
                for message in change["value"].get("messages", []):
                    yield _pointed_at_hello(message)


def _pointed_at_hello(message: dict) -> dict:
    kind = message["type"]
    if targets.target_of(kind, message):  # Those of the samples are about nothing that is here.
        return {**message, "id": f"wamid.gallery-{kind}-{len(json.dumps(message))}"}
    message = {**message, "id": f"wamid.gallery-{kind}-{len(json.dumps(message))}"}
    if "id" in message.get("context", {}):
        message["context"] = {**message["context"], "id": "wamid.gallery-hello"}
    return message


def _more() -> list[dict]:
    """Edits, deletions, reactions before their message, a ghost that becomes real, and forms of each type."""
    return json.loads(Path(__file__).with_suffix(".json").read_text())


# What the shop sends --------------------------------------------------------------------------------------------------
def _outgoing() -> list[tuple[Outgoing, dict]]:
    header = MediaHeader("image", Source(link="https://shop.example.com/blue.jpg"))
    card = ContactCard(
        "Example Shop", first_name="Example", phones=[Phone("+1 555 000 2222", "WORK")], company="Example"
    )
    sections = [Section("Delivery", [Row("fast", "Tomorrow", "5.00 USD"), Row("slow", "Next week", "free")])]
    products = [Products("Mugs", ["mug-blue", "mug-red"])]
    built = [
        outgoing.text("Yes! https://shop.example.com/blue has it.").quoting("wamid.gallery-hello"),
        outgoing.image(Source(link="https://shop.example.com/blue.jpg"), "The blue one"),
        outgoing.video(Source(link="https://shop.example.com/blue.mp4")),
        outgoing.audio(Source(link="https://shop.example.com/hello.ogg"), voice=True),
        outgoing.document(Source(link="https://shop.example.com/bill.pdf"), "Your bill", "bill.pdf"),
        outgoing.sticker(Source(link="https://shop.example.com/thanks.webp")),
        outgoing.location(52.52, 13.405, name="Example Shop", address="1 Example Street"),
        outgoing.contacts([card]),
        outgoing.buttons(
            "Shall we send it?", [Button("y", "Yes, please"), Button("n", "No")], header=header, footer="Free"
        ),
        outgoing.choices("When shall it come?", "Choose", sections, header=TextHeader("Delivery")),
        outgoing.link("All about the blue one", "Open the shop", "https://shop.example.com/blue"),
        outgoing.location_request("Where shall we bring it?"),
        outgoing.product("147265935229713", "mug-blue", body="This one?"),
        outgoing.product_list("147265935229713", products, header=TextHeader("Mugs"), body="All we have"),
        outgoing.catalog_message("Everything that we sell"),
        outgoing.reaction("wamid.gallery-words", "👍"),
    ]
    return [(each, {"status": S.READ}) for each in built]


def _standings() -> list[tuple[Outgoing, dict]]:
    """A text in each status, and in each kind of failure."""
    wrong = {
        131026: "", 131047: "", 131049: "", 131053: "", 131000: "", 132015: "", 135000: "", 999999: "Meta's own words"
    }  # fmt: skip
    shown = [
        (outgoing.text(str(status.label)), {"status": status}) for status in S if status not in (S.RECEIVED, S.FAILED)
    ]
    shown += [
        (outgoing.text(f"Failed with {code}"), {"status": S.FAILED, "error_code": code, "error": error})
        for code, error in wrong.items()
    ]
    shown += [(outgoing.text("Spring offers are here"), {"status": S.DELIVERED, "origin": "Campaign “Spring”"})]
    return shown


def _send(thread: Thread, wamid: str, built: Outgoing, **fields) -> None:
    about = targets.target_of(built.type, built.content)
    now = {"type": built.type, "body": built.body, "content": built.content, "target_wamid": about, **fields}
    # Those that wait would go out.
    if fields["status"] in (S.QUEUED, S.CLAIMED, S.SENDING):
        now |= {"lease_until": None, "not_before": timezone.now() + timedelta(days=3650)}
    place = {"workspace_id": thread.workspace_id, "thread": thread, "number": thread.number}
    Message.objects.get_or_create(number=thread.number, wamid=wamid, defaults={**place, "direction": "out", **now})


def _between(thread: Thread, at) -> None:
    """Two events and a note of the team's."""
    of = {"workspace_id": thread.workspace_id, "thread": thread}
    ThreadEvent.objects.create(**of, kind=ThreadEvent.Kind.ASSIGNED, at=at - APART * 9, detail={"to": "Ann Example"})
    resolved = {"to": "RESOLVED", "by_itself": "48"}
    ThreadEvent.objects.create(**of, kind=ThreadEvent.Kind.STATUS, at=at - APART * 8, detail=resolved)
    Note.objects.create(**of, text="Wants the *blue* one. Please call before noon.", at=at - APART * 7)


# Files ----------------------------------------------------------------------------------------------------------------
def _show_files(thread: Thread) -> None:
    """Small files in place of those that Meta's samples only name."""
    for message in thread.messages.filter(asset__state=MediaAsset.State.WAITING).select_related("asset"):
        made = FILES.get(message.type)
        if made:
            asset = media.store(
                thread.workspace, io.BytesIO(made()), message.asset.file_name or f"example.{message.type}"
            )
            Message.objects.filter(pk=message.pk).update(asset=asset)


def _picture(format_: str, size: tuple[int, int]) -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(out, format_)
    return out.getvalue()


def _mpeg4() -> bytes:
    body = b"isom\0\0\2\0isomiso2avc1"
    return (8 + len(body)).to_bytes(4, "big") + b"ftyp" + body + b"\0" * 64


FILES = {
    "image": lambda: _picture("JPEG", (640, 420)),
    "sticker": lambda: _picture("WEBP", (512, 512)),
    "audio": lambda: b"OggS\0\2" + b"\0" * 20 + b"\1\x13OpusHead\1\1" + b"\0" * 50,
    "video": _mpeg4,
    "document": lambda: b"%PDF-1.7\n" + b"x" * 2000,
}
