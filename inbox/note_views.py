"""Notes: written below the conversation, deleted where they stand."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from inbox import conversation
from inbox.models import Note
from inbox.services import notes
from inbox.views import thread_of
from workspaces import services as workspaces
from workspaces.middleware import workspace_required


@workspace_required
def write(request, pk):
    current = thread_of(request, pk)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if not workspaces.may_reply(request.role):
        raise PermissionDenied
    text = request.POST.get("text", "")
    try:
        notes.write(current, text, request.user)
    except notes.NotWritten as exc:
        return conversation.show(
            request, current, status=409, answer=conversation.NOTE, note_problem=str(exc), note_text=text
        )
    if request.htmx:
        # The next words are a note again, until somebody chooses otherwise: no customer reads one by mistake.
        return conversation.show(request, current, answer=conversation.NOTE)
    return redirect(f"{reverse('inbox:thread', args=[current.pk])}?write=note#window")


@workspace_required
def delete(request, pk):
    note = get_object_or_404(Note.objects.for_workspace(request.workspace).select_related("workspace"), pk=pk)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if not notes.may_delete(note, request.user, request.role):
        raise PermissionDenied
    notes.delete(note, request.user)
    return redirect("inbox:thread", note.thread_id)
