"""Customers, our threads with them, every message in and out, and the team's work with them."""

from inbox.models.contacts import ConsentEntry, Contact, MarketingState, Tag
from inbox.models.messages import Message, MessageStatus, OrphanStatus, Priority
from inbox.models.threads import Case, Thread
from inbox.models.work import (
    Agent,
    CannedReply,
    InboxSettings,
    Mention,
    Note,
    SavedView,
    ThreadEvent,
)

__all__ = [
    "Agent",
    "CannedReply",
    "Case",
    "ConsentEntry",
    "Contact",
    "InboxSettings",
    "MarketingState",
    "Mention",
    "Message",
    "MessageStatus",
    "Note",
    "OrphanStatus",
    "Priority",
    "SavedView",
    "Tag",
    "Thread",
    "ThreadEvent",
]
