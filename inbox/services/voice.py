"""Voice notes: what browsers record, as WhatsApp wants it: OGG with OPUS and one channel, which few of them write."""

import io
import time
from typing import BinaryIO

import av
from av.error import FFmpegError
from django.utils.translation import gettext as _

from meta_integration.filetypes import LARGEST, NotAFileForWhatsApp, in_words

FILE_NAME = "voice-note.ogg"
# What recorders of browsers write, by how it begins. Nothing else comes near the decoder.
FORMATS = {b"\x1aE\xdf\xa3": "matroska", b"OggS": "ogg"}
LONGEST_SECONDS = 15 * 60
# WhatsApp shows up to 512 KB as a voice message at once: more than two minutes of this.
BIT_RATE = 32_000
WORK_SECONDS = 20


def note_of(recording: BinaryIO) -> io.BytesIO:
    """The same sound as a voice note: only put into another box where it is right already, else encoded anew.

    Raises NotAFileForWhatsApp for what is no sound, too large or too long.
    """
    data = _bounded(recording)
    try:
        with av.open(io.BytesIO(data), format=_format(data)) as source:
            sound = next(iter(source.streams.audio), None)
            if sound is None:
                raise NotAFileForWhatsApp(_nothing_heard())
            is_right = sound.codec_context.name == "opus" and sound.layout.nb_channels == 1
            note = _packed(source, sound) if is_right else _encoded(source, sound)
    except (FFmpegError, ValueError, EOFError, OverflowError) as exc:
        if isinstance(exc, NotAFileForWhatsApp):
            raise
        raise NotAFileForWhatsApp(_nothing_heard()) from None
    note.seek(0)
    return note


def _bounded(recording: BinaryIO) -> bytes:
    most = LARGEST["audio"]
    recording.seek(0)
    data = recording.read(most + 1)
    if len(data) > most:
        words = _("The voice message is too large: WhatsApp takes %(most)s at most. Record a shorter one.")
        raise NotAFileForWhatsApp(words % {"most": in_words(most)})
    return data


def _format(data: bytes) -> str:
    found = next((name for begin, name in FORMATS.items() if data.startswith(begin)), None)
    if found is None and data[4:8] == b"ftyp":
        found = "mp4"
    if found is None:
        raise NotAFileForWhatsApp(_nothing_heard())
    return found


def _nothing_heard() -> str:
    return _("The recording could not be read. Record it again, or send a text.")


class _Watch:
    """Ends what goes on for too long: in the recording, or here."""

    def __init__(self):
        self._until = time.monotonic() + WORK_SECONDS

    def look(self, at_seconds: float | None) -> None:
        if (at_seconds or 0) > LONGEST_SECONDS or time.monotonic() > self._until:
            words = _("The voice message is too long: at most %(minutes)s minutes go. Record a shorter one.")
            raise NotAFileForWhatsApp(words % {"minutes": LONGEST_SECONDS // 60})


def _packed(source, sound) -> io.BytesIO:
    note, watch, count = io.BytesIO(), _Watch(), 0
    with av.open(note, "w", format="ogg") as target:
        stream = target.add_stream_from_template(sound)
        for packet in source.demux(sound):
            if packet.dts is None:  # The end.
                continue
            watch.look(float(packet.dts * packet.time_base))
            packet.stream = stream
            target.mux(packet)
            count += 1
    return _not_empty(note, count)


def _encoded(source, sound) -> io.BytesIO:
    note, watch, count = io.BytesIO(), _Watch(), 0
    with av.open(note, "w", format="ogg") as target:
        stream = target.add_stream("libopus", rate=48_000, layout="mono")
        stream.bit_rate = BIT_RATE
        mono = av.AudioResampler(format="s16", layout="mono", rate=48_000)
        for frame in source.decode(sound):
            watch.look(frame.time)
            count += 1
            for each in mono.resample(frame):
                target.mux(stream.encode(each))
        for each in mono.resample(None) if count else ():
            target.mux(stream.encode(each))
        target.mux(stream.encode(None))
    return _not_empty(note, count)


def _not_empty(note: io.BytesIO, count: int) -> io.BytesIO:
    if not count:
        raise NotAFileForWhatsApp(_nothing_heard())
    return note
