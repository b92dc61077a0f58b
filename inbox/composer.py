"""The composer: what a page shows of it, and what comes back from it."""

import json
from dataclasses import dataclass, field

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from inbox import harmless, kinds, specials
from inbox.models import CannedReply, Message, Thread
from inbox.outgoing import LONGEST_TEXT
from inbox.outgoing.parts import CAPTION
from inbox.services import canned, composing, voice
from meta_integration import filetypes
from meta_integration.filetypes import NotAFileForWhatsApp
from meta_integration.graph.errors import as_int
from meta_integration.models import MediaAsset
from meta_integration.services import media
from meta_integration.walk import storable
from workspaces.models import Workspace

QUOTED_WORDS = 120
# A select without JavaScript has room for so many.
REPLIES_IN_SELECT = 100


@dataclass
class Written:
    """What came with the form. `problems` says which files cannot go, and why."""

    text: str = ""
    key: str = ""
    files: list[MediaAsset] = field(default_factory=list)
    quoted: Message | None = None
    problems: list[str] = field(default_factory=list)

    def again(self) -> dict:
        """For the same form once more: nothing of it is lost, and what was uploaded stays."""
        return {"text": self.text, "attached": self.files, "quoted": self.quoted}


def received(request, thread: Thread) -> Written:
    """Files that come along are kept whatever becomes of the rest."""
    written = Written(request.POST.get("text", ""), key_of(request))
    written.quoted = quotable(thread, request.POST.get("reply_to", ""))
    if request.POST.get("reply_to") and written.quoted is None:
        written.problems.append(_("The message that you answer is not there any more."))
    wanted = [as_int(each) for each in request.POST.getlist("asset")]
    mine = MediaAsset.objects.for_workspace(thread.workspace).filter(origin=MediaAsset.Origin.UPLOADED)
    found = mine.in_bulk([each for each in wanted if each])
    written.files = [found[each] for each in dict.fromkeys(wanted) if each in found]
    if len(written.files) < len(set(wanted)):
        written.problems.append(_("A file is not there any more. Attach it again."))
    for upload in request.FILES.getlist("file"):
        try:
            written.files.append(media.store(thread.workspace, upload, upload.name))
        except NotAFileForWhatsApp as exc:
            name = media.plain_name(upload.name)
            written.problems.append(_("“%(name)s” cannot be sent. %(why)s") % {"name": name, "why": exc})
    return written


def key_of(request) -> str:
    """What makes a form one message, however often it arrives."""
    return storable(request.POST.get("key", ""))[: composing.LONGEST_KEY]


def store(workspace: Workspace, upload: UploadedFile, *, is_voice: bool) -> MediaAsset:
    """Keep a file before the message that it belongs to is sent. Raises NotAFileForWhatsApp."""
    if is_voice:
        return media.store(workspace, voice.note_of(upload), voice.FILE_NAME)
    return media.store(workspace, upload, upload.name)


def quotable(thread: Thread, pk: str) -> Message | None:
    """The message of this thread that can be answered: WhatsApp must know it."""
    mine = Message.objects.for_workspace(thread.workspace).filter(thread=thread, wamid__isnull=False)
    return mine.exclude(type="reaction").filter(pk=as_int(pk) or 0).first() if pk else None


def words_of(message: Message) -> str:
    """What a quote shows of it."""
    return harmless.line(message.body, QUOTED_WORDS) or kinds.name_of(message)


def context(request, thread: Thread, given: dict) -> dict:
    quoted = given.get("quoted") or quotable(thread, request.GET.get("reply_to", ""))
    replies = CannedReply.objects.for_workspace(thread.workspace)
    return {
        "quoted": quoted,
        "quoted_words": words_of(quoted) if quoted else "",
        "attached": given.get("attached", []),
        "replies": list(replies.only("shortcut")[:REPLIES_IN_SELECT]),
        "specials": specials.KINDS,
        "longest_text": LONGEST_TEXT,
        "limits": limits(),
    }


def limits() -> str:
    """What the browser needs to refuse a file before it is uploaded."""
    known = {
        "kinds": filetypes.KINDS,
        "largest": filetypes.LARGEST,
        "most": composing.FILES_AT_ONCE,
        "caption": CAPTION,
        "captioned": composing.WITH_CAPTION,
        "endings": {ending: mime_type for mime_type, ending in filetypes.EXTENSIONS.items()},
    }
    return json.dumps(known)


def with_reply(thread: Thread, text: str, reply_pk: str, agent) -> str:
    """The text with a canned reply at its end."""
    replies = CannedReply.objects.for_workspace(thread.workspace)
    reply = replies.filter(pk=as_int(reply_pk) or 0).first()
    if reply is None:
        return text
    filled = canned.fill(reply.text, canned.known_of(thread, agent))
    return f"{text.rstrip()}\n{filled}".strip()
