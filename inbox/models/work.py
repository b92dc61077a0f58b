"""How people work in the inbox: what they noted, decided and prepared, and how the shop wants it."""

from django.db import models
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _

from inbox.models.threads import Thread
from workspaces.models import User, WorkspaceModel


class ThreadEvent(WorkspaceModel):
    """What was done with a thread besides writing. Written by `services.events.note`, changed by nobody."""

    class Kind(models.TextChoices):
        ASSIGNED = "assigned", _("assigned")
        UNASSIGNED = "unassigned", _("nobody's any more")
        STATUS = "status", _("status")
        SNOOZED = "snoozed", _("put off")
        WOKEN = "woken", _("back again")
        TAGGED = "tagged", _("tag added")
        UNTAGGED = "untagged", _("tag removed")
        BLOCKED = "blocked", _("blocked")
        UNBLOCKED = "unblocked", _("no longer blocked")
        MERGED = "merged", _("two entries made one")
        CONSENT = "consent", _("offers")

    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="events", verbose_name=_("thread"))
    kind = models.CharField(_("what"), max_length=20, choices=Kind)
    at = models.DateTimeField(_("when"), db_default=Now())
    # Empty where Galantis did it by itself.
    actor = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("person")
    )
    # Names as they were then: {"to": "Ann"}, and where no person did it, why: {"by_itself": "turn"}.
    # By itself: "turn", "answered first", "customer_wrote", "time", "left", or after how many hours of silence.
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["thread", "-at", "-id"], name="events_of_thread")]
        verbose_name = _("event")

    def __str__(self):
        return self.get_kind_display()


class Note(WorkspaceModel):
    """What the team tells itself about a thread. No customer ever sees it."""

    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="notes", verbose_name=_("thread"))
    author = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("written by")
    )
    text = models.TextField(_("note"), max_length=4000)
    at = models.DateTimeField(_("when"), db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["thread", "-at", "-id"], name="notes_of_thread")]
        verbose_name = _("note")

    def __str__(self):
        return self.text[:60]


class Mention(WorkspaceModel):
    """A person whom a note names, until they have seen it."""

    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="mentions", verbose_name=_("note"))
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", verbose_name=_("person"))
    seen_at = models.DateTimeField(_("seen"), null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["note", "user"], name="one_mention_per_person")]
        indexes = [models.Index(fields=["user", "workspace"], name="mentions_of_person")]
        verbose_name = _("mention")

    def __str__(self):
        return str(self.user)


class CannedReply(WorkspaceModel):
    """An answer the shop gives often, found by `/` and its shortcut."""

    shortcut = models.CharField(_("shortcut"), max_length=40)
    text = models.TextField(_("text"), max_length=4096)
    created_at = models.DateTimeField(_("written"), auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint("workspace", Lower("shortcut"), name="one_reply_per_shortcut")]
        ordering = ["shortcut"]
        verbose_name = _("canned reply")
        verbose_name_plural = _("canned replies")

    def __str__(self):
        return f"/{self.shortcut}"


class SavedView(WorkspaceModel):
    """A list of threads somebody comes back to: its filters, as they stand in the address."""

    # Empty where the whole team sees it.
    user = models.ForeignKey(
        User, on_delete=models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("person")
    )
    name = models.CharField(_("name"), max_length=40)
    query = models.CharField(_("filters"), max_length=500)
    created_at = models.DateTimeField(_("saved"), auto_now_add=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("saved view")

    def __str__(self):
        return self.name


class Agent(WorkspaceModel):
    """How one person works in this inbox."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", verbose_name=_("person"))
    # Whether new conversations may be given to them by themselves.
    is_on_duty = models.BooleanField(_("on duty"), default=False)
    on_duty_since = models.DateTimeField(null=True, blank=True)
    # Whose turn it is: the one who was given something longest ago.
    last_given_at = models.DateTimeField(null=True, blank=True)
    wants_sound = models.BooleanField(_("sound"), default=False)
    wants_notifications = models.BooleanField(_("notifications on the desktop"), default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "user"], name="one_agent_per_person")]
        verbose_name = _("agent")

    def __str__(self):
        return str(self.user)


class InboxSettings(WorkspaceModel):
    """How a shop wants its inbox to work. A shop without a row has the defaults."""

    gives_out_work = models.BooleanField(_("give new conversations to those on duty, in turn"), default=False)
    resolve_after_hours = models.PositiveIntegerField(
        _("resolve by itself after so many hours without a message"), null=True, blank=True
    )
    # {"mon": [["09:00", "17:30"], ...], ...} in the shop's time; a day that is missing is closed.
    opening_hours = models.JSONField(_("opening hours"), default=dict, blank=True)
    away_message = models.TextField(_("away message"), max_length=1024, blank=True)
    tells_typing = models.BooleanField(_("show customers that somebody is typing"), default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace"], name="one_row_of_inbox_settings")]
        verbose_name = _("inbox settings")
        verbose_name_plural = _("inbox settings")

    def __str__(self):
        return str(self.workspace)
