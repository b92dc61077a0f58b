"""What was found at a picture's address, and when it is looked at again."""

from datetime import datetime, timedelta

import structlog
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from catalog.models import ProductImage
from catalog.problems import problem
from catalog.services.fetching import NotFetched, fetch
from catalog.services.seeing import NotUsable, Seen, see

log = structlog.get_logger(__name__)
State = ProductImage.State
Verdict = Seen | NotFetched | NotUsable

# Until the next try, while a server does not answer; and while it says that there is nothing.
PAUSES = {
    "image_unreachable": [
        timedelta(minutes=1),
        timedelta(minutes=5),
        timedelta(minutes=30),
        timedelta(hours=6),
        *[timedelta(days=1)] * 5,
    ],
    "image_not_found": [timedelta(days=1)] * 3,
}
# The address itself is wrong: another try would find the same.
LASTING = ("insecure", "odd")


def verdict_on(link: str) -> Verdict:
    """In a thread, without a database. Never raises: what nobody thought of is told, and tried again."""
    try:
        return see(fetch(link))
    except (NotFetched, NotUsable) as verdict:
        return verdict
    except Exception:
        log.exception("picture not looked at", link=link[:200])
        return NotFetched("image_unreachable", reason="unknown")


def columns_of(image: ProductImage, verdict: Verdict) -> dict:
    """What the row becomes. A small copy is kept before, outside of any transaction."""
    if isinstance(verdict, Seen):
        seen = {"mime_type": verdict.mime_type, "width": verdict.width, "height": verdict.height}
        good = {"state": State.GOOD, "problem": None, "tries": 0, "look_after": None}
        return {**seen, **good, "thumbnail": _kept(image, verdict.thumbnail)}
    found = problem("image_link", verdict.key, **verdict.facts)
    bad = {"state": State.BAD, "mime_type": "", "width": None, "height": None}
    if isinstance(verdict, NotUsable):  # What was there before is there no more.
        return {**bad, "problem": found, "tries": 0, "look_after": None, "thumbnail": ""}
    again = _again(image, verdict)
    if verdict.key in PAUSES:
        found["again"] = again is not None
    return {**bad, "problem": found, "tries": min(image.tries + 1, 1000), "look_after": again}


def store(image: ProductImage, columns: dict) -> bool:
    """Inside a transaction. False where the claim is not ours any more: somebody asks for another look, or looks."""
    claimed = ProductImage.objects.filter(pk=image.pk, look_after=image.look_after)
    is_ours = bool(claimed.update(**columns, checked_at=timezone.now()))
    old, new = image.thumbnail.name, columns.get("thumbnail", image.thumbnail.name)
    if new != old and (left := old if is_ours else new):
        transaction.on_commit(lambda: forget_file(left))
    return is_ours


def forget_file(name: str) -> None:
    """Never raises: a file more is no reason to fail."""
    try:
        default_storage.delete(name)
    except Exception as exc:
        log.warning("small copy of a picture not deleted", name=name, reason=type(exc).__name__)


def _again(image: ProductImage, verdict: NotFetched) -> datetime | None:
    pauses = PAUSES.get(verdict.key, [])
    if image.tries >= len(pauses) or verdict.facts.get("reason") in LASTING:
        return None
    return timezone.now() + pauses[image.tries]


def _kept(image: ProductImage, thumbnail: bytes) -> str:
    """The name of the small copy's file; empty where it cannot be kept: the verdict counts all the same."""
    field = ProductImage._meta.get_field("thumbnail")
    try:
        return default_storage.save(field.generate_filename(image, ""), ContentFile(thumbnail))
    except Exception as exc:
        log.warning("small copy of a picture not kept", reason=type(exc).__name__)
        return ""
