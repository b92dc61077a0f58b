"""The scoped admin: members meet only their workspace's rows, wherever admin shows or takes an id."""

from django.contrib import admin
from django.core.paginator import Paginator
from django.db import models
from django.http import Http404
from django.utils.functional import cached_property
from unfold.admin import ModelAdmin

from workspaces import services
from workspaces.models import User, Workspace

LOOKUPS = {"", "exact", "in", "isnull", "isempty", "gt", "gte", "lt", "lte"}


class WorkspaceAdmin(ModelAdmin):
    """Scopes list, filters, look-ups, choices, autocomplete, actions, history and delete to one workspace.

    A member sees the workspace they are in; support sees the one they chose, or all. Another workspace's id is 404.
    Rows are read-only unless `may_change_rows` says otherwise. Support changes nothing here.
    """

    workspace_path = "workspace"
    show_full_result_count = False
    list_per_page = 50

    def may_change_rows(self, request) -> bool:
        return False

    def may_add_rows(self, request) -> bool:
        return False

    def may_delete_rows(self, request) -> bool:
        return False

    # What is seen -----------------------------------------------------------------------------------------------
    def get_queryset(self, request):
        return visible(request, super().get_queryset(request), self.workspace_path)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        return super().formfield_for_foreignkey(db_field, request, **self.choices(db_field, request, kwargs))

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        return super().formfield_for_manytomany(db_field, request, **self.choices(db_field, request, kwargs))

    def choices(self, db_field, request, kwargs: dict) -> dict:
        """Offer, and accept, only rows of this workspace: for a person, its members."""
        related = db_field.remote_field.model
        path = {Workspace: "pk", User: "memberships__workspace"}.get(related, "workspace")
        if related in (Workspace, User) or any(field.name == "workspace" for field in related._meta.fields):
            kwargs.setdefault("queryset", visible(request, related._default_manager.all(), path))
        return kwargs

    def lookup_allowed(self, lookup, value, request=None):
        """Own columns and declared filters only: a look-up across a relation could ask about what is not shown.

        And only those that filters use: on a wrong regular expression, or on NUL, PostgreSQL itself fails.
        """
        name, _, how = lookup.partition("__")
        if "\x00" in str(value):
            return False
        if how in LOOKUPS and name in {field.name for field in self.model._meta.fields if not field.is_relation}:
            return True
        filters = {getattr(each, "parameter_name", each) for each in self.list_filter}
        return lookup in {name for name in filters if isinstance(name, str)}

    def get_object(self, request, object_id, from_field=None):
        """Raises Http404 before any question of permission: the answer must not tell that the row exists."""
        found = super().get_object(request, object_id, from_field)
        if found is None:
            raise Http404
        return found

    def changelist_view(self, request, extra_context=None):
        chosen = request.POST.getlist(admin.helpers.ACTION_CHECKBOX_NAME)
        if chosen and self.get_queryset(request).filter(pk__in=_numbers(chosen)).count() != len(set(chosen)):
            raise Http404
        return super().changelist_view(request, extra_context)

    # What may be done -------------------------------------------------------------------------------------------
    def has_module_permission(self, request):
        return self.has_view_permission(request)

    def has_view_permission(self, request, obj=None):
        return request.user.is_support or bool(request.role)

    def has_change_permission(self, request, obj=None):
        return self.may_change_rows(request)

    def has_add_permission(self, request):
        return self.may_add_rows(request)

    def has_delete_permission(self, request, obj=None):
        return self.may_delete_rows(request)

    def list_columns_with_workspace(self, request, columns):
        """The workspace column is only worth its room where several are shown."""
        return columns if request.workspace else ["workspace", *columns]

    def get_list_display(self, request):
        return self.list_columns_with_workspace(request, super().get_list_display(request))

    def save_model(self, request, obj, form, change):
        if not change:
            obj.workspace = request.workspace
        super().save_model(request, obj, form, change)


class SupportAdmin(WorkspaceAdmin):
    """Rows that hold several workspaces' data, or none's: for support only. A member gets 404."""

    def get_queryset(self, request):
        queryset = ModelAdmin.get_queryset(self, request)
        return queryset if request.user.is_support else queryset.none()

    def has_view_permission(self, request, obj=None):
        return request.user.is_support

    def changelist_view(self, request, extra_context=None):
        if not request.user.is_support:
            raise Http404
        return super().changelist_view(request, extra_context)

    def list_columns_with_workspace(self, request, columns):
        return columns


class ReasonsFilter(admin.SimpleListFilter):
    """Rows that need a person, all or for one reason. The model's rows know `needing_a_person`."""

    # {name in the address: (title, condition), ...}
    REASONS: dict = {}

    def lookups(self, request, model_admin):
        return [(name, title) for name, (title, _condition) in self.REASONS.items()]

    def queryset(self, request, queryset):
        if self.value() is None:
            return queryset
        _title, condition = self.REASONS.get(self.value(), ("", models.Q(pk=None)))
        return queryset.needing_a_person().filter(condition)


class CappedPaginator(Paginator):
    """For lists without end: counts to 10,000 and leads no further. Who looks further back uses a filter."""

    @cached_property
    def count(self):
        return self.object_list.order_by()[:10_000].count()


def visible(request, queryset: models.QuerySet, path: str = "workspace") -> models.QuerySet:
    """The rows this person may see now."""
    if request.workspace:
        return queryset.filter(**{path: request.workspace.pk})
    return queryset if request.user.is_support else queryset.none()


def may_manage(request) -> bool:
    return services.may_manage(request.role)


def _numbers(values: list[str]) -> list[int]:
    if not all(value.isdecimal() for value in values):
        raise Http404
    return [int(value) for value in values]
