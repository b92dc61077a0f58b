"""What Meta says of templates, in people's words."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from meta_integration.number_words import spoken, when
from templates_app import design, statuses
from templates_app.models import MessageTemplate, TemplateEvent

CATEGORIES = {
    design.MARKETING: gettext_lazy("Marketing"),
    design.UTILITY: gettext_lazy("Utility"),
    design.AUTHENTICATION: gettext_lazy("Login codes"),
}
# What Meta reports like a status and is none.
EVENTS_OF_STATUS = {
    "FLAGGED": gettext_lazy("Warned for low quality"),
    "LOCKED": gettext_lazy("Locked"),
    "UNLOCKED": gettext_lazy("Unlocked"),
    "REINSTATED": gettext_lazy("Let go on"),
    "UNPAUSE": gettext_lazy("Let go on"),
    "UNPAUSED": gettext_lazy("Let go on"),
    "UNARCHIVED": gettext_lazy("Taken out of the archive"),
}
# Why Meta did not take it, and what to do about it: webhook message_template_status_update, `reason`.
REASONS = {
    "ABUSIVE_CONTENT": (
        gettext_lazy("Meta finds the text threatening or abusive."),
        gettext_lazy("Write it in a friendlier way, without pressure or threats, and submit it again."),
    ),
    "CATEGORY_NOT_AVAILABLE": (
        gettext_lazy("Meta does not offer this category to your account."),
        gettext_lazy("Choose another category and submit it again."),
    ),
    "INCORRECT_CATEGORY": (
        gettext_lazy("Meta finds that the text does not belong in its category."),
        gettext_lazy(
            "Choose the category that fits: what offers or advertises something is marketing, what tells of an order "
            "that exists is utility."
        ),
    ),
    "INVALID_FORMAT": (
        gettext_lazy(
            "Something in its form is not as Meta wants it: often a gap at the very start or end, gaps out of order, "
            "a missing example, or a link that does not open."
        ),
        gettext_lazy("Look at the gaps, the examples and the links, mend them, and submit it again."),
    ),
    "PROMOTIONAL": (
        gettext_lazy("It advertises something, and its category does not allow that."),
        gettext_lazy("Take the advertising out, or make it a marketing template, and submit it again."),
    ),
    "SCAM": (
        gettext_lazy("Meta suspects that the text deceives people."),
        gettext_lazy(
            "Say plainly who writes and why, use links of your own shop only, ask for no secret data, and submit it "
            "again. If it is honest as it stands, appeal at Meta."
        ),
    ),
    "TAG_CONTENT_MISMATCH": (
        gettext_lazy("The language or the category that was chosen is not that of the text."),
        gettext_lazy("Choose the language and the category that the text really has, and submit it again."),
    ),
}
# How Meta calls a pause: webhook message_template_status_update, `other_info.title`.
PAUSES = {
    "FIRST_PAUSE": (
        gettext_lazy("Too many customers blocked or reported it, so Meta paused it for three hours."),
        gettext_lazy(
            "It goes on by itself. Make the text more useful or send it to fewer people before that: the next pause "
            "lasts six hours, and after that Meta disables it for good."
        ),
    ),
    "SECOND_PAUSE": (
        gettext_lazy("Too many customers blocked or reported it for the second time, so Meta paused it for six hours."),
        gettext_lazy("It goes on by itself. Change it before that: the next time Meta disables it for good."),
    ),
    "RATE_LIMITING_PAUSE": (
        gettext_lazy("Meta tried it with some customers first. They did not like it, so Meta paused it."),
        gettext_lazy("This pause does not end by itself. Change the text, or let it go on."),
    ),
    "DISABLED": (
        gettext_lazy("Too many customers blocked or reported it for the third time, so Meta disabled it for good."),
        gettext_lazy("Write another one: a copy with a better text is a good start."),
    ),
    "UNPAUSE": (gettext_lazy("Meta let it go on after a pause."), ""),
}


def category(value: str) -> str:
    return str(CATEGORIES.get(value) or spoken(value).capitalize())


def quality(value: str) -> str:
    known = dict(MessageTemplate.Quality.choices)
    return str(known.get(value) or spoken(value).capitalize())


def status(value: str) -> str:
    return str(EVENTS_OF_STATUS.get(value) or statuses.status_of(value).words)


def reason(word: str) -> tuple[str | Promise, str | Promise]:
    """What Meta's reason word means and what to do; a word that we have none for is shown as Meta spells it."""
    if not word or word.upper() == "NONE":
        return "", ""
    known = REASONS.get(word.upper()) or PAUSES.get(word.upper())
    return known or (_("Meta's reason: %(word)s.") % {"word": word}, "")


def price_effect(template: MessageTemplate) -> str:
    """What the announced change of category means for what each message costs; empty when none is announced."""
    if not template.next_category:
        return ""
    values = {
        "from": when(template.next_category_at) or _("soon"),
        "new": category(template.next_category).lower(),
        "now": category(template.category).lower(),
    }
    text = _("From %(from)s each message with it is charged as %(new)s, no longer as %(now)s.") % values
    if template.next_category == design.MARKETING:
        text += " " + _(
            "Marketing mostly costs more, and Galantis sends it only to customers who agreed to marketing messages."
        )
    return text


def seconds(value: object) -> str:
    """How long Meta tries to deliver: "10 minutes", "12 hours", "30 days"."""
    if value in (-1, "-1"):
        return _("30 days")
    if not str(value).isdecimal():
        return str(value)
    count = int(value)
    for size, say in ((86_400, _days), (3_600, _hours), (60, _minutes)):
        if count >= size and count % size == 0:
            return say(count // size)
    return ngettext("%(count)s second", "%(count)s seconds", count) % {"count": count}


def _days(count: int) -> str:
    return ngettext("%(count)s day", "%(count)s days", count) % {"count": count}


def _hours(count: int) -> str:
    return ngettext("%(count)s hour", "%(count)s hours", count) % {"count": count}


def _minutes(count: int) -> str:
    return ngettext("%(count)s minute", "%(count)s minutes", count) % {"count": count}


# History -------------------------------------------------------------------------------------------------------------
EVENTS = {
    "created": gettext_lazy("It was written."),
    "replaced": gettext_lazy("It was made anew at Meta: what is there now is another one of the same name."),
    "found": gettext_lazy("Galantis found it at Meta."),
    "submitted": gettext_lazy("It was submitted to Meta."),
    "refused": gettext_lazy("Meta did not take it."),
    "edited": gettext_lazy("A changed version was submitted to Meta."),
    "components": gettext_lazy("Its content was changed at Meta."),
    "missing": gettext_lazy("Meta did not list it any more."),
    "back": gettext_lazy("Meta listed it again."),
    "deleted": gettext_lazy("It was deleted."),
    "stopped": gettext_lazy("Meta refused a message with it."),
}
CHANGES = {
    "status": (gettext_lazy("Status"), status),
    "quality": (gettext_lazy("Quality"), quality),
    "category": (gettext_lazy("Category"), category),
}


def sentence(event: TemplateEvent) -> str:
    """What people read of it. A kind that nobody has words for is told by its name."""
    if event.kind in CHANGES:
        name, say = CHANGES[event.kind]
        values = {"name": name, "was": say(event.was), "became": say(event.became)}
        return (_("%(name)s: from “%(was)s” to “%(became)s”.") if event.was else _("%(name)s: “%(became)s”.")) % values
    if event.kind == TemplateEvent.Kind.CATEGORY_ANNOUNCED:
        return _("Meta announced that its category becomes “%(new)s”.") % {"new": category(event.became)}
    return str(EVENTS.get(event.kind) or event.get_kind_display())


def why(event: TemplateEvent) -> str:
    """Meta's reason in plain words, or what a person or Meta wrote."""
    is_word = event.reason.isupper() and " " not in event.reason
    return str(reason(event.reason)[0]) if is_word else event.reason
