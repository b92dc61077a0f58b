"""Files are at Meta before the messages that need them leave: each is uploaded once for the number."""

from django.db import connections
from django.utils.translation import gettext_noop

from inbox.outbox.claims import Claimed
from meta_integration.graph.errors import ErrorClass, GraphUnreachable
from meta_integration.models import MediaAsset
from meta_integration.services import media


class UploadFailed(Exception):
    """A file did not get to Meta; the message was never posted, so nothing about it is in doubt."""

    def __init__(self, error: BaseException):
        super().__init__(str(error))
        self.code, self.subcode = getattr(error, "code", None), getattr(error, "subcode", None)
        self.retry_after, self.known = getattr(error, "retry_after", None), getattr(error, "known", None)
        self.error_class = getattr(error, "error_class", ErrorClass.TRY_AGAIN)
        self.details = getattr(error, "details", "") or gettext_noop(
            "The file could not be read, or could not be uploaded."
        )
        # Without an answer of Meta's it is the network's fault, not the file's: as often as it takes.
        self.is_networks_fault = isinstance(error, GraphUnreachable)
        if self.error_class is ErrorClass.UNKNOWN_OUTCOME:
            self.error_class = ErrorClass.TRY_AGAIN
        if isinstance(error, media.WrongFile):
            self.error_class, self.details = ErrorClass.REQUEST_WRONG, str(error)


def look_up(run, rows: list[Claimed]) -> None:
    """Learn the ids of the files that these need, and begin to upload those that Meta does not have."""
    wanted = {pk for row in rows for pk in row.assets} - run.media_ids.keys() - run.uploading
    if not wanted:
        return
    run.media_ids.update(media.valid_ids(wanted, run.number))
    missing = wanted - run.media_ids.keys()
    run.uploading |= missing
    assets = MediaAsset.objects.for_workspace(run.number.workspace_id).in_bulk(missing)
    for pk in missing:
        if pk in assets:
            run.uploads.submit(_upload, run, assets[pk])
        else:
            run.answers.put((pk, media.WrongFile(gettext_noop("The file is not there any more."))))


def take(run, uploads: list[tuple[int, str | BaseException]]) -> list[tuple[Claimed, UploadFailed]]:
    """Note what came of uploads. Returns the messages whose file did not get there, each with the reason."""
    failed = {}
    for asset_pk, result in uploads:
        run.uploading.discard(asset_pk)
        if isinstance(result, str):
            run.media_ids[asset_pk] = result
        else:
            failed[asset_pk] = UploadFailed(result)
    return [(row, failed[pk]) for row in run.waiting for pk in sorted(row.assets & failed.keys())[:1]]


def are_there(run, row: Claimed) -> bool:
    return row.assets <= run.media_ids.keys()


def forget(run, row: Claimed) -> None:
    """Meta does not take its ids any more: they are uploaded anew, for this message's next try and all that wait."""
    for pk, media_id in row.media_ids.items():
        if run.media_ids.get(pk) == media_id:
            del run.media_ids[pk]
            media.forget_uploads([pk], run.number)
    look_up(run, run.waiting)


def _upload(run, asset: MediaAsset) -> None:
    """In a thread, with a database connection of its own for as long as it takes."""
    try:
        result = media.upload(asset, run.number, run.client).media_id
    except BaseException as exc:  # noqa: BLE001 - whatever it is, it is told to the messages that need the file
        result = exc
    finally:
        connections.close_all()
    run.answers.put((asset.pk, result))
