"""The keyboard of the inbox, in one place: the help lists it, and the page's script obeys it.

A part of the page takes a key by its row here and `data-shortcut="KEY"` on its button, link or field: the first one
that is visible is pressed, or gets the focus. Keys without such an element (`j`, `k`, `?`) the list's script knows
itself. None fires while somebody types.
"""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Shortcut:
    keys: tuple[str, ...]
    does: str
    # What is told here but is another script's own: keys inside the composer, or those of the browser.
    is_told_only: bool = False


GROUPS = {
    _("The list"): [
        Shortcut(("j",), _("Next conversation")),
        Shortcut(("k",), _("Previous conversation")),
        Shortcut(("Enter",), _("Open the conversation"), is_told_only=True),
        Shortcut(("x",), _("Choose the conversation, to do something with several")),
        Shortcut(("/",), _("Search")),
    ],
    _("The conversation"): [
        Shortcut(("a",), _("Assign it to me")),
        Shortcut(("r",), _("Resolve it, or open it again")),
        Shortcut(("s",), _("Snooze it")),
        Shortcut(("u",), _("Mark it as unread")),
        Shortcut(("n",), _("Write a note")),
        Shortcut(("c",), _("Write to the customer")),
    ],
    _("While you write"): [
        Shortcut(("Ctrl", "Enter"), _("Send"), is_told_only=True),
        Shortcut(("/",), _("At the beginning: a canned reply"), is_told_only=True),
        Shortcut(("Esc",), _("Leave the field"), is_told_only=True),
    ],
    _("Everywhere"): [Shortcut(("?",), _("This help"))],
}
