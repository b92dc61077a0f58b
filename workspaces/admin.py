from zoneinfo import available_timezones

from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget

from workspaces import services
from workspaces.admin_base import WorkspaceAdmin, may_manage
from workspaces.models import AuditEntry, Membership, Role, Workspace

# What people may do is said by their role in a workspace, not by groups.
admin.site.unregister(Group)


@admin.register(Workspace)
class WorkspacesAdmin(WorkspaceAdmin):
    """A shop's own settings for its managers; for support the list of all shops."""

    workspace_path = "pk"
    list_display = ["name", "slug", "timezone", "created_at"]
    search_fields = ["name", "slug"]
    fields = ["name", "slug", "timezone", "created_at"]
    readonly_fields = ["slug", "created_at"]

    def may_change_rows(self, request):
        return may_manage(request)

    def list_columns_with_workspace(self, request, columns):
        return columns

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "timezone":
            zones = sorted(zone for zone in available_timezones() if "/" in zone or zone == "UTC")
            return forms.ChoiceField(
                choices=[(zone, zone) for zone in zones],
                label=field.label,
                help_text=field.help_text,
                widget=UnfoldAdminSelectWidget,
            )
        return field

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        services.note(obj, request.user, "workspace settings", obj.name, changed=form.changed_data)


@admin.register(Membership)
class MembershipAdmin(WorkspaceAdmin):
    list_display = ["user", "role", "created_at"]
    list_filter = ["role"]
    list_select_related = ["user", "workspace"]
    search_fields = ["user__username", "user__first_name", "user__last_name"]
    fields = ["user", "role", "created_at"]
    readonly_fields = ["user", "created_at"]

    def may_change_rows(self, request):
        """Owners only: an admin who gives roles could make themselves an owner."""
        return request.role == Role.OWNER

    def has_change_permission(self, request, obj=None):
        """Nobody changes their own role: the last owner could lock the shop out."""
        return super().has_change_permission(request, obj) and (obj is None or obj.user_id != request.user.pk)

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        services.note(obj.workspace, request.user, "role changed", obj.user.username, role=obj.role)


@admin.register(AuditEntry)
class AuditEntryAdmin(WorkspaceAdmin):
    list_display = ["at", "actor_label", "action", "target", "reason"]
    list_filter = ["action"]
    list_select_related = ["workspace"]
    search_fields = ["actor_label", "action", "target"]
    fields = ["at", "actor_label", "action", "target", "detail"]

    @display(description=_("reason"))
    def reason(self, entry):
        return entry.detail.get("reason", "–") if isinstance(entry.detail, dict) else "–"
