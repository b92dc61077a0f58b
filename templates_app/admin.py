"""The list of a shop's templates. Each leads to its page (views.py)."""

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Max, Q
from django.db.models.fields.json import KT
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from meta_integration.admin_numbers import AccountFilter
from meta_integration.models import WABA
from templates_app import statuses, words
from templates_app.models import MessageTemplate, TemplateEvent, TemplateSync
from workspaces import services
from workspaces.admin_base import ReasonsFilter, WorkspaceAdmin, visible

LANGUAGES_NAMED = 3
# What a list does not show and a row may have much of.
HEAVY = ["components", "draft", "status_info", "mapping", "text"]


class TemplateList(ChangeList):
    def url_for_result(self, result):
        """Its own page; support that chose no workspace reads it in the admin."""
        if self.inside:
            return reverse("templates_app:detail", args=[result.pk])
        return super().url_for_result(result)

    def get_results(self, request):
        """With what the rows do not hold themselves: two queries, however many rows there are."""
        super().get_results(request)
        self.inside = bool(request.workspace)
        rows = self.result_list = list(self.result_list)
        events = TemplateEvent.objects.filter(template__in=[row.pk for row in rows]).order_by()
        latest = dict(events.values_list("template").annotate(at=Max("at")))
        languages = _languages(rows)
        for row in rows:
            row.changed_at = latest.get(row.pk) or row.status_at
            others = languages.get((row.account_id, row.name), [])
            row.other_languages = [each for each in others if each != row.language]


def _languages(rows: list[MessageTemplate]) -> dict[tuple, list[str]]:
    """The languages of each name on this page, also those that stand on another."""
    names, found = {row.name for row in rows}, {}
    same = MessageTemplate.objects.filter(workspace__in={row.workspace_id for row in rows}, name__in=names)
    same = same.exclude(status=statuses.DELETED).order_by("language")
    for account, name, language in same.values_list("account", "name", "language"):
        found.setdefault((account, name), []).append(language)
    return found


class StatusFilter(admin.SimpleListFilter):
    """Without a choice all but those that were deleted."""

    title = _("status")
    parameter_name = "status"

    def lookups(self, request, model_admin):
        return [(name, status.words) for name, status in statuses.STATUSES.items()]

    def queryset(self, request, queryset):
        if self.value() is None:
            return queryset.exclude(status=statuses.DELETED)
        return queryset.filter(status=self.value())


class NeedsYouFilter(ReasonsFilter):
    title = _("needs you")
    parameter_name = "needs"
    REASONS = {
        "you": (_("Anything"), Q()),
        "draft": (_("Not submitted"), Q(draft__isnull=False)),
        "problem": (_("Not taken by Meta"), Q(work_problem__isnull=False)),
        "category": (_("Category will change"), ~Q(next_category="")),
        "missing": (_("Missing at Meta"), Q(missing_since__isnull=False)),
    }


class CategoryFilter(admin.SimpleListFilter):
    title = _("category")
    parameter_name = "category"

    def lookups(self, request, model_admin):
        return list(words.CATEGORIES.items())

    def queryset(self, request, queryset):
        value = self.value()
        return queryset.filter(Q(category=value) | Q(category="", draft__category=value)) if value else queryset


class LanguageFilter(admin.SimpleListFilter):
    title = _("language")
    parameter_name = "language"

    def lookups(self, request, model_admin):
        seen = visible(request, MessageTemplate.objects.order_by("language")).values_list("language", flat=True)
        return [(each, each) for each in seen.distinct()[:100]]

    def queryset(self, request, queryset):
        return queryset.filter(language=self.value()) if self.value() else queryset


class QualityFilter(admin.SimpleListFilter):
    title = _("quality")
    parameter_name = "quality"

    def lookups(self, request, model_admin):
        return MessageTemplate.Quality.choices

    def queryset(self, request, queryset):
        return queryset.filter(quality=self.value()) if self.value() else queryset


class OneOfSeveralAccounts(AccountFilter):
    def lookups(self, request, model_admin):
        accounts = super().lookups(request, model_admin)
        return accounts if len(accounts) > 1 else []


@admin.register(MessageTemplate)
class MessageTemplateAdmin(WorkspaceAdmin):
    list_display = ["named", "language", "category_words", "standing", "quality_words", "changed"]
    list_filter = [NeedsYouFilter, StatusFilter, CategoryFilter, LanguageFilter, QualityFilter, OneOfSeveralAccounts]
    list_select_related = ["account", "workspace"]
    search_fields = ["name", "text"]
    search_help_text = _("Name or text")
    ordering = ["name", "language"]
    list_per_page = 30
    list_before_template = "templates_app/_list_head.html"
    empty_template = "templates_app/_empty.html"
    fields = [
        "workspace", "account", "name", "language", "category", "status", "status_at", "status_reason", "quality",
        "template_id", "text", "missing_since", "created_at",
    ]  # fmt: skip

    def get_changelist(self, request, **kwargs):
        return TemplateList

    def get_queryset(self, request):
        rows = super().get_queryset(request).defer(*HEAVY)
        return rows.annotate(has_draft=Q(draft__isnull=False), draft_category=KT("draft__category"))

    def get_list_display(self, request):
        """The account only where there are several to tell apart."""
        columns = super().get_list_display(request)
        accounts = visible(request, WABA.objects.all()).order_by()[:2].count()
        return [*columns, "account"] if accounts > 1 else columns

    def changelist_view(self, request, extra_context=None):
        latest = visible(request, TemplateSync.objects.order_by("-started_at")).first()
        context = {"may_market": services.may_market(request.role), "latest_sync": latest}
        return super().changelist_view(request, {**context, "title": _("Templates"), **(extra_context or {})})

    def change_view(self, request, object_id, form_url="", extra_context=None):
        template = self.get_object(request, object_id)
        if request.workspace and request.method != "POST":
            return redirect("templates_app:detail", template.pk)
        return super().change_view(request, object_id, form_url, extra_context)

    @display(description=_("name"), ordering="name")
    def named(self, template):
        others = template.other_languages
        if not others:
            return format_html('<bdi class="g-long">{}</bdi>', template.name)
        more = f", +{len(others) - LANGUAGES_NAMED}" if len(others) > LANGUAGES_NAMED else ""
        also = _("also %(languages)s") % {"languages": ", ".join(others[:LANGUAGES_NAMED]) + more}
        return format_html('<bdi class="g-long">{}</bdi><br><small class="g-muted">{}</small>', template.name, also)

    @display(description=_("category"), ordering="category")
    def category_words(self, template):
        if not template.next_category:
            known = template.category or template.draft_category
            return words.category(known) if known else "–"
        badge = _("becomes %(new)s") % {"new": words.category(template.next_category)}
        line = '{}<br><span class="g-badge warn">{}</span>'
        return format_html(line, words.category(template.category), badge)

    @display(description=_("status"), ordering="status")
    def standing(self, template):
        status = template.status_facts
        badges = [(status.tone, status.words)]
        if template.missing_since:
            badges.append(("bad", _("Missing at Meta")))
        if template.work:
            badges.append(("waiting", template.get_work_display()))
        if template.work_problem:
            problem = template.work_problem if isinstance(template.work_problem, dict) else {}
            badges.append(("bad", problem.get("title") or _("Not taken by Meta")))
        elif template.has_draft and template.status != statuses.DRAFT:
            badges.append(("quiet", _("Changes not submitted")))
        return format_html_join(" ", '<span class="g-badge {}">{}</span>', badges)

    @display(description=_("quality"), ordering="quality")
    def quality_words(self, template):
        tone = {"GREEN": "good", "YELLOW": "warn", "RED": "bad"}.get(template.quality)
        if tone is None:
            return "–"
        return format_html('<span class="g-badge {}">{}</span>', tone, words.quality(template.quality))

    @display(description=_("last change"), ordering="status_at")
    def changed(self, template):
        return template.changed_at
