"""Files of products: read in the background, shown, mended, and taken over when a person says so.

READING -> READY or FAILED; READY or DONE -> APPLYING -> DONE; READING or READY -> DROPPED.
"""

from datetime import timedelta
from typing import BinaryIO

from django.db import IntegrityError, OperationalError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog import tasks
from catalog.files import Unreadable, encodings
from catalog.models import ImportLine, ProductImport
from catalog.services import import_applying, import_lines, import_reading
from meta_integration.services.media import plain_name
from workspaces import live, services, wakeups
from workspaces.models import User, Workspace

State, Mode = ProductImport.State, ProductImport.Mode
MB = 1024 * 1024
LARGEST_FILE = 64 * MB
# What nobody has decided for so long is given up.
WAITS = timedelta(days=30)
OVER = (State.DONE, State.DROPPED, State.FAILED)


class CannotImport(ValueError):
    """Its text says why, for whoever wants it."""


def start(
    workspace: Workspace, file: BinaryIO, name: str, user: User | None, *, currency: str, mode: str
) -> ProductImport:
    """Keep the file and have it read. `file` is an upload. Raises CannotImport for what is none of products."""
    file.seek(0, 2)
    size = file.tell()
    if size > LARGEST_FILE:
        message = _("The file has %(size)s MB; Galantis takes up to %(most)s MB. Divide it into several files.")
        raise CannotImport(message % {"size": -(-size // MB), "most": LARGEST_FILE // MB})
    file.seek(0)
    try:
        encodings.refuse_what_is_no_text(file.read(encodings.LOOKED_AT))
    except Unreadable as refused:
        raise CannotImport(str(refused)) from None
    file.seek(0)
    made = ProductImport(workspace=workspace, file_name=plain_name(name) or "products", size=size, created_by=user)
    made.currency, made.mode = currency, mode
    made.file.save("", file, save=False)
    with transaction.atomic():
        made.save()
        wakeups.wake_on_commit(tasks.run_import, made.pk)
    live.touch(workspace.pk)
    return made


def take_over(made: ProductImport, user: User, *, removes_anyway: bool = False) -> None:
    """Have all good lines taken over. Raises CannotImport."""
    with transaction.atomic():
        waiting = ProductImport.objects.select_for_update(no_key=True).filter(state__in=[State.READY, State.DONE])
        made = waiting.filter(pk=made.pk).first()
        if made is None:
            raise CannotImport(_("It is being taken over already, or it was given up."))
        if not ImportLine.objects.filter(made=made, state__in=import_lines.GOOD).exists():
            raise CannotImport(_("No line can be taken over as it is. Mend one first."))
        made.state, made.applied_by, made.is_removal_confirmed = State.APPLYING, user, removes_anyway
        made.save(update_fields=["state", "applied_by", "is_removal_confirmed"])
        wakeups.wake_on_commit(tasks.run_import, made.pk)
        live.touch(made.workspace_id)


def give_up(made: ProductImport, user: User | None) -> bool:
    """Nothing of it is taken over. False where that has happened already."""
    open_ones = ProductImport.objects.filter(pk=made.pk, state__in=[State.READING, State.READY])
    if not open_ones.update(state=State.DROPPED, finished_at=timezone.now(), lease_until=None):
        return False
    services.note(made.workspace, user, "product import given up", made.file_name)
    forget_file(made.pk)
    live.touch(made.workspace_id)
    return True


def run(import_pk: int) -> bool:
    """One step of an import that waits for a worker. True when there was one."""
    made = import_reading.claim(import_pk)
    if made is not None:
        import_reading.read(made)
    elif not _apply(import_pk):
        return False
    forget_file(import_pk)
    return True


def _apply(import_pk: int) -> bool:
    try:
        return import_applying.apply(import_pk)
    except (OperationalError, IntegrityError):
        raise  # Somebody else changed the same rows, or PostgreSQL went away: the sweeper begins anew.
    except Exception:
        # It would be the same again. Nothing of it was taken over.
        words = _("Galantis could not take over the lines, and that is our fault. Nothing was changed.")
        back = ProductImport.objects.filter(pk=import_pk, state=State.APPLYING)
        back.filter(finished_at=None).update(state=State.READY, error=words)
        back.update(state=State.DONE, error=words)
        raise


def forget_file(import_pk: int) -> None:
    """The file of an import that is over is kept no longer. Harmless to repeat."""
    made = ProductImport.objects.filter(pk=import_pk, state__in=OVER).exclude(file="").first()
    if made is not None:
        made.file.delete(save=False)
        ProductImport.objects.filter(pk=import_pk).update(file="")


def sweep() -> int:
    """Wake what no wake-up announced, or whose worker died."""
    now = timezone.now()
    at_work = ProductImport.objects.filter(state__in=[State.READING, State.APPLYING])
    waiting = list(at_work.filter(Q(lease_until=None) | Q(lease_until__lt=now)).values_list("pk", flat=True))
    for pk in waiting:
        wakeups.wake(tasks.run_import, pk)
    return len(waiting)


def trim() -> int:
    """Give up what nobody has decided about, and forget the files of what is over. Returns how many."""
    old = ProductImport.objects.filter(state=State.READY, created_at__lt=timezone.now() - WAITS)
    forgotten = [give_up(made, None) for made in old.select_related("workspace")]
    over = ProductImport.objects.filter(state__in=OVER).exclude(file="").values_list("pk", flat=True)
    for pk in list(over):
        forget_file(pk)
    return len(forgotten)
