"""How the table of products is narrowed down. The figures above it lead to these filters."""

from django.contrib import admin
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog import health
from catalog.models import ProductItem
from workspaces.admin_base import ReasonsFilter

Status, Wanted = ProductItem.Status, ProductItem.Wanted
KINDS_OFFERED, LATEST, MOST_OFFERED = 20, 2000, 20


class NeedsYouFilter(ReasonsFilter):
    title = _("needs you")
    parameter_name = "needs"
    REASONS = {
        "you": (_("Anything"), Q()),
        "mend": (_("To be mended here"), Q(status=Status.INCOMPLETE)),
        "refused": (_("Refused by Meta"), Q(status=Status.REFUSED)),
        "review": (_("Refused by the review"), Q(review_status="rejected")),
        "decide": (_("Removal waits for you"), Q(wanted=Wanted.IN_QUESTION)),
    }


class StatusFilter(admin.SimpleListFilter):
    title = _("status")
    parameter_name = "status"
    MOVING = "moving"

    def lookups(self, request, model_admin):
        return [(self.MOVING, _("On its way")), *Status.choices]

    def queryset(self, request, queryset):
        if self.value() == self.MOVING:
            return queryset.filter(status__in=health.MOVING)
        return queryset.filter(status=self.value()) if self.value() else queryset


class WantedFilter(admin.SimpleListFilter):
    """Without a choice all but those that were removed and are gone."""

    title = _("wanted")
    parameter_name = "wanted"

    def lookups(self, request, model_admin):
        return Wanted.choices

    def queryset(self, request, queryset):
        if self.value():
            return queryset.filter(wanted=self.value())
        if {"status", "q"} & request.GET.keys():
            return queryset
        return queryset.exclude(wanted=Wanted.REMOVED, status=Status.ABSENT)


class ReviewFilter(admin.SimpleListFilter):
    title = _("review")
    parameter_name = "review"
    CHOICES = {
        "waiting": (_("In review"), ~Q(review_status__in=health.DECIDED) & Q(is_at_meta=True)),
        "approved": (_("Approved"), Q(review_status__in=["approved", "no_review"])),
        "rejected": (_("Refused"), Q(review_status="rejected")),
        "outdated": (_("To be reviewed again"), Q(review_status="outdated")),
    }

    def lookups(self, request, model_admin):
        return [(name, title) for name, (title, _condition) in self.CHOICES.items()]

    def queryset(self, request, queryset):
        if self.value() is None:
            return queryset
        _title, condition = self.CHOICES.get(self.value(), ("", Q(pk=None)))
        return queryset.filter(condition)


class ErrorFilter(admin.SimpleListFilter):
    """The kinds of errors that there are, each with its number."""

    title = _("kind of error")
    parameter_name = "error"

    def lookups(self, request, model_admin):
        kinds = model_admin.figures_for(request).kinds if request.workspace else []
        found = {kind.value: f"{kind.words} ({kind.count})" for kind in kinds[:KINDS_OFFERED]}
        if self.asked and self.asked not in found:  # Led here from elsewhere: what is chosen is named.
            found[self.asked] = health.kind_of(self.asked).words
        return list(found.items())

    def __init__(self, request, params, model, model_admin):
        self.asked = (params.get(self.parameter_name) or [""])[-1]
        super().__init__(request, params, model, model_admin)

    def queryset(self, request, queryset):
        return health.with_error(queryset, self.value()) if self.value() else queryset


class SeenFilter(admin.SimpleListFilter):
    """Offers what the products changed last have in one column, if they are few: a long list is not read whole."""

    def __init__(self, request, params, model, model_admin):
        self.asked = (params.get(self.parameter_name) or [""])[-1]
        super().__init__(request, params, model, model_admin)

    def lookups(self, request, model_admin):
        if not request.workspace:
            return [(self.asked, self.asked)] if self.asked else []
        latest = ProductItem.objects.for_workspace(request.workspace).order_by("-changed_at", "-pk")
        seen = set(latest.values_list(self.parameter_name, flat=True)[:LATEST]) - {""}
        offered = {*(seen if len(seen) <= MOST_OFFERED else ()), self.asked} - {""}
        return [(each, each[:60]) for each in sorted(offered)]

    def queryset(self, request, queryset):
        return queryset.filter(**{self.parameter_name: self.value()}) if self.value() else queryset


class BrandFilter(SeenFilter):
    title, parameter_name = _("brand"), "brand"


class GroupFilter(SeenFilter):
    title, parameter_name = _("group of variants"), "item_group_id"
