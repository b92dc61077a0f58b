"""Files of products that people import."""

import secrets

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from workspaces.models import User, Workspace, WorkspaceModel


def import_name(made: "ProductImport", file_name: str) -> str:
    return f"{made.workspace_id}/imports/{secrets.token_urlsafe(24)}"


class ProductImport(WorkspaceModel):
    """A file of products: read in the background, shown, mended, and taken over only when a person says so."""

    class State(models.TextChoices):
        READING = "reading", _("Being read")
        READY = "ready", _("Waits for you")
        APPLYING = "applying", _("Being taken over")
        DONE = "done", _("Taken over")
        FAILED = "failed", _("Not readable")
        DROPPED = "dropped", _("Given up")

    class Mode(models.TextChoices):
        UPDATE = "update", _("Add and change; leave all others")
        WHOLE = "whole", _("This is the whole list; remove what is not in it")

    file = models.FileField(upload_to=import_name, max_length=200, blank=True)
    file_name = models.CharField(_("file"), max_length=255)
    size = models.PositiveBigIntegerField(_("size"), default=0)
    format = models.CharField(_("format"), max_length=10, blank=True)
    encoding = models.CharField(_("encoding"), max_length=20, blank=True)
    delimiter = models.CharField(_("separator"), max_length=5, blank=True)
    # Of prices without a currency.
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    mode = models.CharField(_("how"), max_length=10, choices=Mode, default=Mode.UPDATE)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.READING)
    # Columns of the file: [[its heading, our field or ""], ...].
    columns = models.JSONField(default=list, blank=True)
    error = models.CharField(_("why not"), max_length=500, blank=True)
    line_count = models.PositiveIntegerField(_("lines"), default=0)
    bad_count = models.PositiveIntegerField(_("broken"), default=0)
    new_count = models.PositiveIntegerField(_("new"), default=0)
    changed_count = models.PositiveIntegerField(_("changed"), default=0)
    same_count = models.PositiveIntegerField(_("the same"), default=0)
    removal_count = models.PositiveIntegerField(_("removed"), default=0)
    # Of those that the file has no more: about so many a person is asked first.
    asked_count = models.PositiveIntegerField(_("to be decided"), default=0, db_default=0)
    # A person wants them removed although lines of the file are broken.
    is_removal_confirmed = models.BooleanField(default=False, db_default=False)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, verbose_name=_("who"))
    created_at = models.DateTimeField(_("when"), auto_now_add=True)
    applied_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    finished_at = models.DateTimeField(_("ended"), null=True, blank=True)
    # A worker reads it until then.
    lease_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["workspace", "-id"], name="imports_of_workspace"),
            models.Index(fields=["id"], condition=Q(state__in=["reading", "applying"]), name="imports_at_work"),
        ]
        verbose_name = _("import of products")
        verbose_name_plural = _("imports of products")

    def __str__(self):
        return self.file_name


class ImportLine(WorkspaceModel):
    """A line of an imported file: what it says, and what is wrong with it."""

    class State(models.TextChoices):
        NEW = "new", _("New")
        CHANGED = "changed", _("Changed")
        SAME = "same", _("The same")
        BAD = "bad", _("Broken")
        APPLIED = "applied", _("Taken over")
        LEFT_OUT = "left_out", _("Left out")

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, editable=False, db_index=False)
    made = models.ForeignKey(ProductImport, on_delete=models.CASCADE, related_name="lines", db_index=False)
    line = models.PositiveIntegerField(_("line"))
    state = models.CharField(_("state"), max_length=10, choices=State)
    retailer_id = models.CharField(_("product number"), max_length=100, blank=True)
    # As texts, by the names of catalog.fields; and what is wrong: [{"field", "key", ...}, ...].
    values = models.JSONField(default=dict)
    problems = models.JSONField(default=list, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["made", "line"], name="one_row_per_line")]
        indexes = [
            models.Index(fields=["made", "state", "line"], name="lines_by_state"),
            models.Index(fields=["made", "retailer_id"], name="lines_by_number"),
        ]
        verbose_name = _("line of an import")
        verbose_name_plural = _("lines of imports")

    def __str__(self):
        return str(self.line)
