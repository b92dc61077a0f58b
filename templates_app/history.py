"""The history of a template as pages show it: sentences, versions, and what differs between two versions."""

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from templates_app import design, words
from templates_app.models import MessageTemplate, TemplateEvent

Kind = TemplateEvent.Kind
# Their `detail` is a version: the design as it was then.
VERSIONS = (Kind.CREATED, Kind.FOUND, Kind.SUBMITTED, Kind.EDITED, Kind.COMPONENTS)
IS_VERSION = Q(kind__in=VERSIONS, detail__has_key="components")
NAMES = {
    "HEADER": gettext_lazy("Header"),
    "BODY": gettext_lazy("Text"),
    "FOOTER": gettext_lazy("Footer"),
    "BUTTONS": gettext_lazy("Buttons"),
    "LIMITED_TIME_OFFER": gettext_lazy("Offer"),
}
TIMELINE = ("pk", "template", "kind", "was", "became", "reason", "source", "actor", "at")


def of(template: MessageTemplate):
    """Newest first, without the versions themselves: a list does not read them."""
    events = TemplateEvent.objects.filter(template=template).select_related("actor").order_by("-at", "-pk")
    events = events.annotate(is_version=IS_VERSION)
    return events.only(*TIMELINE, "actor__username", "actor__first_name", "actor__last_name")


def told(events) -> list[TemplateEvent]:
    """Each with its sentence and its reason."""
    events = list(events)
    for event in events:
        event.sentence, event.why = words.sentence(event), words.why(event)
    return events


def compared(event: TemplateEvent) -> tuple[dict, dict]:
    """A version, and the one it is compared with: (before, after). Before the first one there is nothing."""
    if event.kind == Kind.COMPONENTS:  # Of what was changed at Meta the history keeps what it was before.
        later = _next_of_its_kind(event)
        return event.detail, later.detail if later else {"components": event.template.components}
    before = _previous(event)
    return before.detail if before else {}, event.detail


def _previous(event: TemplateEvent) -> TemplateEvent | None:
    events = TemplateEvent.objects.filter(IS_VERSION, template=event.template_id).exclude(kind=Kind.COMPONENTS)
    older = Q(at__lt=event.at) | Q(at=event.at, pk__lt=event.pk)
    return events.filter(older).order_by("-at", "-pk").first()


def _next_of_its_kind(event: TemplateEvent) -> TemplateEvent | None:
    events = TemplateEvent.objects.filter(IS_VERSION, template=event.template_id, kind=event.kind)
    return events.filter(Q(at__gt=event.at) | Q(at=event.at, pk__gt=event.pk)).order_by("at", "pk").first()


def differences(before: dict, after: dict) -> list[dict]:
    """Part by part what was and what is: `{"name", "before", "after", "is_changed"}`."""
    was, became = dict(_parts(before)), dict(_parts(after))
    names = list(dict.fromkeys([*became, *was]))
    rows = [{"name": name, "before": was.get(name, ""), "after": became.get(name, "")} for name in names]
    return [{**row, "is_changed": row["before"] != row["after"]} for row in rows if row["before"] or row["after"]]


def _parts(version: dict):
    version = version if isinstance(version, dict) else {}
    yield _("Category"), words.category(str(version["category"])) if version.get("category") else ""
    seconds = version.get("message_send_ttl_seconds")
    yield _("Time to live"), words.seconds(seconds) if seconds else ""
    for at, components in design.parts(version.get("components")):
        card = _("Card %(number)s: ") % {"number": int(at[6:].partition("]")[0]) + 1} if at else ""
        for kind, name in NAMES.items():
            found = design.component(components, kind)
            if found:
                yield f"{card}{name}", _text_of(found)


def _text_of(component: dict) -> str:
    """What a component says, on lines of its own."""
    if "buttons" in component:
        return "\n".join(_button(each) for each in design.buttons([{**component, "type": "BUTTONS"}]))
    offer = component.get("limited_time_offer")
    text = component.get("text") or (offer.get("text") if isinstance(offer, dict) else "")
    return str(text or component.get("format") or "")


def _button(button: dict) -> str:
    target = button.get("url") or button.get("phone_number") or ""
    return " → ".join(str(each) for each in (button.get("text") or button.get("type") or "", target) if each)
