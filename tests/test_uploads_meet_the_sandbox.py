"""The example file of a template, uploaded by us to the sandbox, which looks at each byte."""

import hashlib

import pytest
from django.core.files.base import ContentFile

from meta_integration.filetypes import MB
from meta_integration.sealed import seal
from meta_integration.services.clients import graph_client_for
from meta_integration.tests.factories import MediaAssetFactory
from sandbox.examples import video
from sandbox.tests.conftest import SHOP, Sandbox
from templates_app.models import TemplateSample
from templates_app.services import uploading
from templates_app.tests.factories import MessageTemplateFactory

pytestmark = pytest.mark.django_db
DATA = video().ljust(16 * MB, b"\x07")
DESIGN = {"components": [{"type": "HEADER", "format": "VIDEO"}]}


class Killed(BaseException):
    """As a process is that is ended: nothing catches it."""


@pytest.fixture
def meta():
    sandbox = Sandbox()
    yield sandbox
    sandbox.stop()


@pytest.fixture
def sample(meta, settings):
    settings.GRAPH_BASE_URL, settings.META_APP_ID = meta.base, meta.settings.app_id
    settings.META_APP_SECRET = meta.settings.app_secret
    template = MessageTemplateFactory(account__waba_id=SHOP)
    account = template.account
    account.access_token = seal(meta.token(), account.workspace_id)
    account.save()
    file = ContentFile(DATA, name="film")
    asset = MediaAssetFactory(
        workspace=template.workspace, mime_type="video/mp4", file_name="film.mp4", file=file, size=len(DATA)
    )
    return TemplateSample.objects.create(workspace=template.workspace, template=template, place="header", asset=asset)


def upload(sample: TemplateSample, alive=lambda: None) -> str:
    template = sample.template
    return uploading.handles(template, DESIGN, graph_client_for(template.account), alive)["header"]


def test_a_video_of_16_mb_interrupted_twice_ends_in_one_handle(meta, sample):
    meta.control("weather", upload_cut={"bytes": 5_000_001, "count": 2})
    handle = upload(sample)
    at_meta = meta.control("upload", handle=handle)
    assert (at_meta["sha256"], at_meta["file_length"]) == (hashlib.sha256(DATA).hexdigest(), len(DATA))
    assert at_meta["requests"] == 3
    assert upload(sample) == handle, "it is not uploaded again"
    sample.refresh_from_db()
    assert (sample.handle, sample.sent_bytes, sample.session) == (handle, len(DATA), "")


def test_a_worker_killed_in_the_middle_costs_only_what_was_under_way(meta, sample, monkeypatch):
    monkeypatch.setattr(uploading, "TOLD_EVERY", 0)

    def die():
        if TemplateSample.objects.get().sent_bytes > 5 * MB:
            raise Killed

    with pytest.raises(Killed):
        upload(sample, die)
    sample.refresh_from_db()
    session = sample.session
    assert session and not sample.handle
    at_meta = meta.control("upload", handle=upload(sample))
    assert (at_meta["sha256"], at_meta["id"]) == (hashlib.sha256(DATA).hexdigest(), session)
