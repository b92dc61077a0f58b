"""The example files of a template, uploaded to Meta: each goes on where it broke, its progress stands in its row."""

import time
from collections.abc import Callable
from copy import deepcopy
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from meta_integration import filetypes
from meta_integration.graph.client import MetaGraphClient
from meta_integration.services import resumable
from templates_app import design as designs
from templates_app.models import MessageTemplate, TemplateSample
from workspaces import live

# Meta does not say how long a handle is good for. An older one is not trusted, and the file uploaded again.
HANDLE_LIVES = timedelta(hours=2)
# How often the progress is written down, in seconds.
TOLD_EVERY = 1.0


class FileProblem(Exception):
    """A file that cannot be uploaded. The text says why, in plain words."""


def handles(template: MessageTemplate, design: dict, client: MetaGraphClient, alive: Callable[[], None]) -> dict:
    """A handle for each place that needs one. `alive` is called while it lasts. Raises FileProblem and GraphError."""
    places, found = designs.sample_places(design.get("components")), {}
    for sample in template.samples.select_related("asset").order_by("pk"):
        if sample.place in places:
            found[sample.place] = _handle(sample, client, alive)
    return found


def with_handles(design: dict, handles: dict[str, str]) -> dict:
    """The design as Meta takes it: with the handles of its example files."""
    whole = deepcopy(design)
    for at, part in designs.parts(whole.get("components")):
        header = designs.component(part, "HEADER")
        if handle := handles.get(f"{at}header"):
            header["example"] = {**(header.get("example") or {}), "header_handle": [handle]}
    return whole


def forget(template: MessageTemplate) -> None:
    """The handles may be why Meta refused it: the next time the files are uploaded anew."""
    template.samples.update(handle="", handle_at=None, session="", sent_bytes=0)


def _handle(sample: TemplateSample, client: MetaGraphClient, alive: Callable[[], None]) -> str:
    if sample.handle and sample.handle_at and sample.handle_at > timezone.now() - HANDLE_LIVES:
        return sample.handle
    progress = _Progress(sample, alive)
    try:
        handle = resumable.handle_for(
            sample.asset, client, session=sample.session, begun=progress.begun, sent=progress.sent
        )
    except filetypes.NotAFileForWhatsApp as exc:
        raise _failed(sample, str(exc)) from exc
    except FileNotFoundError as exc:
        raise _failed(sample, _("The file is no longer stored here. Choose it again.")) from exc
    progress.write(handle=handle, handle_at=timezone.now(), session="", sent_bytes=sample.asset.size, error="")
    return handle


def _failed(sample: TemplateSample, words: str) -> FileProblem:
    TemplateSample.objects.filter(pk=sample.pk).update(error=words[:300], session="", sent_bytes=0)
    return FileProblem(f"{sample.asset}: {words}")


class _Progress:
    """Written now and then, and never for a file that was exchanged meanwhile."""

    def __init__(self, sample: TemplateSample, alive: Callable[[], None]):
        self._sample, self._alive, self._told_at = sample, alive, 0.0

    def begun(self, session: str) -> None:
        self.write(session=session, sent_bytes=0, handle="", handle_at=None, error="")

    def sent(self, count: int) -> None:
        if time.monotonic() - self._told_at >= TOLD_EVERY:
            self.write(sent_bytes=count)

    def write(self, **values) -> None:
        sample, self._told_at = self._sample, time.monotonic()
        TemplateSample.objects.filter(pk=sample.pk, asset=sample.asset_id).update(**values)
        self._alive()
        live.touch(sample.workspace_id)
