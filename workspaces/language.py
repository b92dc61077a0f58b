"""The language of a page: the person's own, else the browser's."""

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation


class LanguageMiddleware:
    """Pages of `TRANSLATED_PAGES` in their reader's language, all others in English: half a translation helps nobody.

    Who the reader is costs queries. A view that answers without words is marked by `wordless`, and one whose page is
    built of the admin's, which is not translated, by `english`.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest):
        with translation.override(settings.LANGUAGE_CODE):
            return self.get_response(request)

    def process_view(self, request: HttpRequest, view, args, kwargs) -> None:
        is_translated = request.resolver_match.app_name in settings.TRANSLATED_PAGES
        if is_translated and not getattr(view, "stays_english", False):
            translation.activate(language_of(request))


def english(view):
    view.stays_english = True
    return view


wordless = english


def language_of(request: HttpRequest) -> str:
    """What the person chose; where they chose nothing, what their browser asks for, as far as we have it."""
    chosen = request.user.language if request.user.is_authenticated else ""
    if chosen in dict(settings.LANGUAGES):
        return chosen
    return translation.get_language_from_request(request)
