from django import template

from inbox.models import Note
from inbox.services import notes

register = template.Library()


@register.filter
def may_delete(note: Note, request) -> bool:
    return notes.may_delete(note, request.user, request.role)
