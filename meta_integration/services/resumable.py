"""Files for templates and profiles: uploaded to our app at Meta, and named by a handle."""

from collections.abc import Callable, Iterator
from typing import BinaryIO

from django.conf import settings
from django.utils.translation import gettext as _

from meta_integration import filetypes
from meta_integration.graph.client import MetaGraphClient
from meta_integration.graph.errors import GraphUnreachable, RequestRejected, TemporaryFailure
from meta_integration.models import MediaAsset

# How often one upload may break before the caller, a task, tries later.
MOST_BREAKS = 5
TYPES = {"application/pdf", "image/jpeg", "image/png", "video/mp4"}
BLOCK = 64 * 1024


def handle_for(
    asset: MediaAsset,
    client: MetaGraphClient,
    *,
    session: str = "",
    begun: Callable[[str], None] | None = None,
    sent: Callable[[int], None] | None = None,
) -> str:
    """Upload the file and return its handle, of several lines for a large file. Never inside a transaction.

    A break in the middle is resumed where Meta says it has come to, and so is the `session` of an earlier try, if Meta
    still has it. `begun` is told of a new session, `sent` how many bytes have left, often. The file is never read as a
    whole. Raises NotAFileForWhatsApp or GraphError.
    """
    if asset.mime_type not in TYPES:
        raise filetypes.NotAFileForWhatsApp(_("Templates and profiles take JPEG, PNG, MP4 and PDF files only."))
    session, offset = _resumed(asset, client, session)
    if not session:
        session, offset = _begin(asset, client), 0
        if begun:
            begun(session)
    breaks = 0
    with asset.file.open("rb") as file:
        watched = Watched(file, asset.size, sent)
        while True:
            try:
                handle = client.continue_upload(session, watched, offset)
            except (GraphUnreachable, TemporaryFailure):
                handle = ""
            if handle:
                return handle
            breaks += 1
            if breaks > MOST_BREAKS:
                raise GraphUnreachable("POST upload: it broke too often")
            offset = _offset_within(client.upload_offset(session), asset.size)


class Watched:
    """A file that is sent block by block, and tells how far it has come."""

    def __init__(self, file: BinaryIO, size: int, sent: Callable[[int], None] | None):
        self._file, self._size, self._sent = file, size, sent

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[bytes]:
        while block := self.read(BLOCK):
            yield block

    def tell(self) -> int:
        return self._file.tell()

    def seek(self, *where) -> int:
        return self._file.seek(*where)

    def read(self, most: int = -1) -> bytes:
        block = self._file.read(most)
        if self._sent:
            self._sent(self._file.tell())
        return block


def _begin(asset: MediaAsset, client: MetaGraphClient) -> str:
    name = asset.file_name or f"file.{filetypes.EXTENSIONS[asset.mime_type]}"
    return client.start_upload(settings.META_APP_ID, name, asset.size, asset.mime_type)


def _resumed(asset: MediaAsset, client: MetaGraphClient, session: str) -> tuple[str, int]:
    """The session and how far it has come; nothing of one that Meta does not know, or no longer, or for this access."""
    if not session:
        return "", 0
    try:
        return session, _offset_within(client.upload_offset(session), asset.size)
    except RequestRejected:
        return "", 0


def _offset_within(offset: int, size: int) -> int:
    """Meta cannot have less than nothing or more than all: then the two of us speak of different files."""
    if not 0 <= offset <= size:
        raise GraphUnreachable("GET upload: an offset outside of the file")
    return offset
