"""Who works here: workspaces, the people in them, and what they changed."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _


class User(AbstractUser):
    """A person who logs in. What they may do is said by their memberships, or by the support role."""

    is_support = models.BooleanField(
        _("support staff"), default=False, help_text=_("Sees every workspace to help its people. Never sees a token.")
    )
    language = models.CharField(
        _("language"),
        max_length=10,
        blank=True,
        default="",
        db_default="",
        help_text=_("Of the pages this person sees; empty: the browser's."),
    )

    @property
    def label(self) -> str:
        return self.get_full_name() or self.username


class Workspace(models.Model):
    """The tenant: one shop."""

    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(_("short name"), max_length=60, unique=True)
    timezone = models.CharField(
        _("time zone"), max_length=60, default="UTC", help_text=_("Times on all pages are shown in it.")
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("workspace")

    def __str__(self):
        return self.name


class Role(models.TextChoices):
    OWNER = "owner", _("Owner")
    ADMIN = "admin", _("Admin")
    MARKETER = "marketer", _("Marketer")
    AGENT = "agent", _("Agent")
    ANALYST = "analyst", _("Analyst")


MANAGERS = frozenset({Role.OWNER, Role.ADMIN})
MARKETERS = frozenset({Role.OWNER, Role.ADMIN, Role.MARKETER})
REPLIERS = frozenset({Role.OWNER, Role.ADMIN, Role.MARKETER, Role.AGENT})


class WorkspaceQuerySet(models.QuerySet):
    def for_workspace(self, workspace: Workspace):
        """The rows of one workspace: the only way in for pages and the API."""
        return self.filter(workspace=workspace)


class WorkspaceModel(models.Model):
    """A row that belongs to one workspace. Reach it through `for_workspace`."""

    workspace = models.ForeignKey(Workspace, on_delete=models.PROTECT, verbose_name=_("workspace"))

    objects = WorkspaceQuerySet.as_manager()

    class Meta:
        abstract = True


class Membership(WorkspaceModel):
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("person"))
    role = models.CharField(_("role"), max_length=20, choices=Role)
    created_at = models.DateTimeField(_("since"), auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "workspace"], name="one_membership_per_person")]
        verbose_name = _("person")
        verbose_name_plural = _("people")

    def __str__(self):
        return f"{self.user.label} ({self.get_role_display()})"


class AuditEntry(WorkspaceModel):
    """Who changed what, kept for good. Written by `services.note`, changed by nobody."""

    at = models.DateTimeField(_("when"), auto_now_add=True)
    actor = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, verbose_name=_("person"))
    actor_label = models.CharField(_("who"), max_length=160)
    action = models.CharField(_("what"), max_length=60)
    target = models.CharField(_("on"), max_length=200, blank=True)
    detail = models.JSONField(_("detail"), default=dict, blank=True)

    class Meta:
        indexes = [models.Index(fields=["workspace", "-at"], name="audit_of_workspace")]
        verbose_name = _("change")
        verbose_name_plural = _("what was changed")

    def __str__(self):
        return f"{self.action} {self.target}".strip()
