"""A page is in the language of the person who reads it."""

import pytest
from django.utils import translation

from workspaces.models import User
from workspaces.tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db
ARABIC = {"Accept-Language": "ar,en;q=0.5"}


@pytest.fixture
def person(client):
    user = MembershipFactory().user
    client.force_login(user)
    return user


def page(client, url: str, **headers) -> str:
    return client.get(url, headers=headers, follow=True).content.decode()


def test_without_a_choice_the_browser_says_which(client, person):
    assert '<html lang="ar" dir="rtl">' in page(client, "/inbox/", **ARABIC)
    assert '<html lang="en" dir="ltr">' in page(client, "/inbox/")


def test_the_choice_of_the_person_counts_more_than_their_browser(client, person):
    User.objects.update(language="en")
    assert '<html lang="en" dir="ltr">' in page(client, "/inbox/", **ARABIC)


def test_a_language_that_we_do_not_have_is_english(client, person):
    User.objects.update(language="xx")
    assert '<html lang="en" dir="ltr">' in page(client, "/inbox/", **{"Accept-Language": "tlh"})


def test_the_log_in_page_is_translated_before_anybody_is_known(client):
    assert '<html lang="ar" dir="rtl">' in page(client, "/login/", **ARABIC)


def test_pages_that_are_not_translated_are_english_as_a_whole(client, person):
    User.objects.update(language="ar")
    assert 'dir="rtl"' not in page(client, "/admin/")


def test_no_language_is_left_for_the_next_request(client, person):
    page(client, "/inbox/", **ARABIC)
    assert translation.get_language() == "en"
