"""Files for templates and profiles: uploaded to our app at Meta, and named by a handle."""

from django.conf import settings
from django.utils.translation import gettext as _

from meta_integration import filetypes
from meta_integration.graph.client import MetaGraphClient
from meta_integration.graph.errors import GraphUnreachable, TemporaryFailure
from meta_integration.models import MediaAsset

# How often one upload may break before the caller, a task, tries later.
MOST_BREAKS = 5
TYPES = {"application/pdf", "image/jpeg", "image/png", "video/mp4"}


def handle_for(asset: MediaAsset, client: MetaGraphClient) -> str:
    """Upload the file and return its handle, of several lines for a large file. Never inside a transaction.

    A break in the middle is resumed where Meta says it has come to. Raises NotAFileForWhatsApp or GraphError.
    """
    if asset.mime_type not in TYPES:
        raise filetypes.NotAFileForWhatsApp(_("Templates and profiles take JPEG, PNG, MP4 and PDF files only."))
    name = asset.file_name or f"file.{filetypes.EXTENSIONS[asset.mime_type]}"
    session = client.start_upload(settings.META_APP_ID, name, asset.size, asset.mime_type)
    offset, breaks = 0, 0
    with asset.file.open("rb") as file:
        while True:
            try:
                handle = client.continue_upload(session, file, offset)
            except (GraphUnreachable, TemporaryFailure):
                handle = ""
            if handle:
                return handle
            breaks += 1
            if breaks > MOST_BREAKS:
                raise GraphUnreachable("POST upload: it broke too often")
            offset = _offset_within(client.upload_offset(session), asset.size)


def _offset_within(offset: int, size: int) -> int:
    """Meta cannot have less than nothing or more than all: then the two of us speak of different files."""
    if not 0 <= offset <= size:
        raise GraphUnreachable("GET upload: an offset outside of the file")
    return offset
