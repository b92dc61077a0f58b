"""Files that people choose as the example of a header."""

from typing import BinaryIO

from django.utils.translation import gettext as _

from meta_integration import filetypes
from meta_integration.filetypes import NotAFileForWhatsApp
from meta_integration.models import MediaAsset
from meta_integration.services import media
from templates_app.builder import kinds
from workspaces.models import Workspace


def keep(workspace: Workspace, file: BinaryIO, file_name: str, kind: str) -> MediaAsset:
    """Store it if Meta takes it as an example of this kind (IMAGE, VIDEO, DOCUMENT). Raises NotAFileForWhatsApp."""
    types, words = kinds.FILES[kind]
    if filetypes.read(file).mime_type not in types:
        message = _("Meta does not take this file as an example here. What goes: %(what)s")
        raise NotAFileForWhatsApp(message % {"what": words})
    return media.store(workspace, file, file_name)


def found(workspace: Workspace, assets: dict[str, int]) -> dict[str, MediaAsset]:
    """The files by their places; those that are not this workspace's are left out. One query."""
    if not assets:
        return {}
    mine = MediaAsset.objects.for_workspace(workspace).filter(origin=MediaAsset.Origin.UPLOADED)
    rows = mine.in_bulk(set(assets.values()))
    return {place: rows[pk] for place, pk in assets.items() if pk in rows}
