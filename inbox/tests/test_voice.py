"""Voice messages: what browsers record becomes what WhatsApp wants, and all else is refused in words."""

import io

import av
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from inbox.services import voice
from meta_integration import filetypes
from meta_integration.models import MediaAsset
from meta_integration.tests import samples
from workspaces.models import Role
from workspaces.tests.factories import MembershipFactory

RECORDERS = [
    ("webm", "libopus", "mono"),
    ("webm", "libopus", "stereo"),
    ("ogg", "libopus", "stereo"),
    ("mp4", "aac", "mono"),
]


def recording(box: str, codec: str, layout: str, seconds: int = 1) -> bytes:
    """Silence, as a browser would have recorded it."""
    out = io.BytesIO()
    size, kind = (960, "s16") if codec == "libopus" else (1024, "fltp")
    with av.open(out, "w", format=box) as target:
        stream = target.add_stream(codec, rate=48_000, layout=layout)
        for place in range(48_000 * seconds // size):
            frame = av.AudioFrame(format=kind, layout=layout, samples=size)
            frame.sample_rate, frame.pts = 48_000, place * size
            for plane in frame.planes:
                plane.update(bytes(plane.buffer_size))
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
    return out.getvalue()


@pytest.mark.parametrize(("box", "codec", "layout"), RECORDERS)
def test_each_browsers_recording_becomes_a_voice_note(box, codec, layout):
    note = voice.note_of(io.BytesIO(recording(box, codec, layout)))
    facts = filetypes.read(note)
    filetypes.check(note, facts)  # OGG with OPUS and one channel, or it raises.
    assert facts.mime_type == "audio/ogg"
    note.seek(0)
    with av.open(note) as heard:
        assert 0.9 < heard.duration / 1_000_000 < 1.2


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x1aE\xdf\xa3 not a recording",
        samples.JPEG,
        samples.BY_TYPE["video/mp4"],
        samples.MONO,
        b"OggS" + b"\0" * 99,
    ],
)
def test_what_is_no_recording_is_refused_in_words(data):
    with pytest.raises(filetypes.NotAFileForWhatsApp, match="could not be read"):
        voice.note_of(io.BytesIO(data))


def test_too_much_is_refused_before_it_is_decoded():
    with pytest.raises(filetypes.NotAFileForWhatsApp, match="too large"):
        voice.note_of(io.BytesIO(b"\x1aE\xdf\xa3" + b"\0" * filetypes.LARGEST["audio"]))


def test_too_long_is_refused(monkeypatch):
    monkeypatch.setattr(voice, "LONGEST_SECONDS", 1)
    with pytest.raises(filetypes.NotAFileForWhatsApp, match="too long"):
        voice.note_of(io.BytesIO(recording("webm", "libopus", "mono", seconds=3)))


@pytest.mark.django_db
def test_a_recording_is_uploaded_as_a_voice_message(client):
    client.force_login(MembershipFactory(role=Role.AGENT).user)
    file = SimpleUploadedFile("voice", recording("webm", "libopus", "mono"), "audio/webm")
    answer = client.post("/inbox/attach/", {"file": file, "voice": "1"}).json()
    asset = MediaAsset.objects.get(pk=answer["id"])
    assert (asset.mime_type, asset.kind, asset.file_name) == ("audio/ogg", "audio", "voice-note.ogg")
