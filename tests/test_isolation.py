"""No workspace reaches another's rows: by no page, list, form, action, autocomplete, look-up or id.

Charlie, the owner of workspace B, asks for everything of A's (see two_worlds.py). Pages, admins and models are found,
not listed: what is built later is covered without a change here. Only a new model needs something: a factory in the
tests/factories.py of its app.
"""

import itertools
import logging
from urllib.parse import urlencode

import pytest
from django.contrib import admin
from django.db import models, transaction
from django.test import Client
from django.urls import reverse

from inbox.models import Message
from meta_integration.tests.factories import TOKEN
from tests.two_worlds import ID, MODELS, STRIPES, keys_of, make_two_worlds, rows_of, urls
from workspaces.admin_base import SupportAdmin, WorkspaceAdmin
from workspaces.models import Role

ADMINS = dict(admin.site._registry)
# Open to everybody: logging in and out; and what asks for something signed or secret instead: the version counter, a
# reconnect link, what Meta posts of a person, the answer to their request, and what Shopify posts of a shop's products.
OPEN = {"login/", "logout/", "admin/logout/", "inbox/live/", "webhooks/shopify/"}
OPEN |= {f"reconnect/{each}/" for each in ("<str:signed>", "<str:signed>/start", "back", "again", "check", "done")}
OPEN |= {f"meta/{each}/" for each in ("deauthorize", "data-deletion", "data-deletion/<slug:code>")}
# Not for every role: the connection and the team.
MANAGED_APPS = {"workspaces", "meta_integration"}


@pytest.fixture
def two_worlds(db):
    logging.disable()  # Of hundreds of refusals, each with its traceback.
    yield make_two_worlds()
    logging.disable(logging.NOTSET)


# Asking ---------------------------------------------------------------------------------------------------------------
def browser(user) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def ask(client: Client, method: str, url: str, data=None):
    """The final answer, after redirects. What failed in the database is undone, so that the next can be asked."""
    with transaction.atomic():
        response = getattr(client, method)(url, data, follow=True)
        transaction.set_rollback(response.status_code >= 500)
    return response


def leaks(response, *, asked_with_id: bool = True) -> str:
    """What of A's is in the answer. An id that was in the question may be repeated in the answer."""
    text = response.getvalue().decode(errors="replace")
    shown = STRIPES.findall(text)
    if not asked_with_id and str(ID) in text:
        shown.append(str(ID))
    return ", ".join(sorted(set(shown)))


def url_of(model, page: str, *args) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def actions_of(model_admin) -> list[str]:
    """Also those that this person is not offered: a request can name them all the same."""
    return [name for _, name, _ in model_admin._get_base_actions()]


# The promises ---------------------------------------------------------------------------------------------------------
def test_every_admin_is_a_scoped_one():
    assert not [model for model, each in ADMINS.items() if not isinstance(each, WorkspaceAdmin)]


def test_an_id_of_another_workspace_is_nowhere_to_be_found(two_worlds):
    charlie, before, problems = browser(two_worlds.charlie), rows_of(only_a=True), []
    for route, url, has_id in urls(two_worlds.a):
        # To admin every other method is a GET.
        methods = ("get", "post") if route.startswith("admin/") else ("get", "post", "put", "patch", "delete")
        for method in methods if has_id else ():
            status = ask(charlie, method, url).status_code
            if status != 404 and not (status == 405 and method != "get"):  # 405 is said of the method, not of the id.
                problems.append(f"{method} {url} ({route}): {status}")
    assert not problems, "\n".join(problems)
    assert rows_of(only_a=True) == before


def test_the_same_ids_are_found_by_those_whose_they_are(two_worlds):
    """Or the test above would prove nothing."""
    people, dead = [browser(two_worlds.alice), browser(two_worlds.support)], set()
    for route, url, has_id in urls(two_worlds.a):
        if has_id and all(ask(client, "get", url).status_code == 404 for client in people):
            dead.add(route)
    assert dead <= {"admin/r/<path:content_type_id>/<path:object_id>/"}, dead
    assert STRIPES.search(ask(people[0], "get", reverse("inbox:list")).content.decode())


def test_no_page_shows_a_row_of_another_workspace(two_worlds):
    """Nor when it is named in the query string or in what is posted."""
    names = {field.name for model in MODELS for field in keys_of(model)} | {"id", "pk", "selected", "next", "q", "s"}
    named, before, problems = dict.fromkeys(names, ID), rows_of(only_a=True), []
    for route, url in [(route, url) for route, url, has_id in urls(two_worlds.b) if not has_id]:
        charlie = browser(two_worlds.charlie)  # A new one for each: the last page may have logged out.
        # To the lists of the admin the names are look-ups, which the next test asks for one by one.
        for method, data in (("get", None), ("post", named), *([("get", named)] if "admin" not in route else [])):
            response = ask(charlie, method, url, data)
            if response.status_code >= 500 or leaks(response, asked_with_id=bool(data)):
                problems.append(
                    f"{method} {url} {data and 'with ids '}({route}): {response.status_code} {leaks(response)}"
                )
        if leaks(inbox := ask(charlie, "get", reverse("inbox:list")), asked_with_id=False):
            problems.append(f"{url} led into another workspace: {leaks(inbox)}")
    assert not problems, "\n".join(problems)
    assert rows_of(only_a=True) == before


def lookups(model, path: str = "", depth: int = 2):
    """Questions about A, in the language of the query string: by its ids and by the first letters of its texts."""
    columns = model._meta.concrete_fields
    texts = [field for field in columns if isinstance(field, models.CharField | models.TextField)]
    for field in texts[:1] if path else texts:
        yield f"{path}{field.name}__startswith", "ZEBRA"
    for field in model._meta.get_fields():
        if field.related_model in MODELS and depth and not (path and field.auto_created):
            yield from () if path else [(f"{field.name}__id__exact", ID), (field.name, ID)]
            yield from lookups(field.related_model, f"{path}{field.name}__", 0 if field.auto_created else depth - 1)
    for field in () if path else {type(field): field for field in columns}.values():
        yield from [(f"{field.name}__exact", "\0"), (f"{field.name}__regex", "("), (f"{field.name}__gte", "x")]


IDS = [("id__exact", ID), ("id__in", f"{ID},1"), ("pk", ID), ("q", "ZEBRA"), ("_to_field", "access_token")]
ODDITIES = "q=\0 e=1 o=1 o=-1.99 o=x p=9999 p=x all= _popup=1 _facets=True _to_field=id content__0=ZEBRA id=" + "9" * 40


def test_no_look_up_shows_a_row_of_another_workspace(two_worlds):
    charlie, problems = browser(two_worlds.charlie), []
    for model, model_admin in ADMINS.items():
        page = ask(charlie, "get", url := url_of(model, "changelist"))
        assert page.status_code == (404 if isinstance(model_admin, SupportAdmin) else 200), url
        has_list = "cl" in (page.context or {})
        odd = [each.partition("=")[::2] for each in ODDITIES.split(" ")] if model is Message else []
        for name, value in [*IDS, *odd, *(lookups(model) if has_list else ())]:
            response = ask(charlie, "get", url, {name: value})
            if response.status_code >= 500 or leaks(response):
                problems.append(f"{url}?{urlencode({name: value})}: {response.status_code} {leaks(response)}")
    assert not problems, "\n".join(problems)


def test_no_action_reaches_a_row_of_another_workspace(two_worlds):
    charlie, before, problems = browser(two_worlds.charlie), rows_of(only_a=True), []
    for model, name in [(each, name) for each in ADMINS for name in actions_of(ADMINS[each])]:
        mine = two_worlds.b[model].pk
        for chosen, across in (([ID], 0), ([ID, mine], 0), ([ID], 1), ([mine], 1)):
            data = {"action": name, "_selected_action": chosen, "select_across": across, "index": 0, "post": "yes"}
            response = ask(charlie, "post", url_of(model, "changelist"), data)
            if leaks(response) or (ID in chosen and response.status_code != 404) or response.status_code >= 500:
                problems.append(f"{model} {name} {chosen} {across}: {response.status_code} {leaks(response)}")
    assert not problems, "\n".join(problems)
    assert rows_of(only_a=True) == before


def test_no_autocomplete_offers_a_row_of_another_workspace(two_worlds):
    charlie, problems = browser(two_worlds.charlie), []
    for model in MODELS:
        for field, term in itertools.product(keys_of(model), ("", "ZEBRA", str(ID))):
            names = {"app_label": model._meta.app_label, "model_name": model._meta.model_name, "field_name": field.name}
            response = ask(charlie, "get", reverse("admin:autocomplete"), {**names, "term": term})
            if response.status_code >= 500 or leaks(response, asked_with_id=False):
                problems.append(f"{names} {term}: {response.status_code} {leaks(response)}")
    assert not problems, "\n".join(problems)


def test_no_form_offers_or_takes_a_row_of_another_workspace(two_worlds):
    charlie = browser(two_worlds.charlie)
    for model, model_admin in ADMINS.items():
        keys = {field.name: ID for field in keys_of(model)}
        for url in (url_of(model, "change", two_worlds.b[model].pk), url_of(model, "add")):
            for data in (None, {**keys, "_popup": 1, "_to_field": "id"}):
                response = ask(charlie, "get", url, data)
                assert response.status_code < 500 and not leaks(response), url
            response = ask(charlie, "post", url, {**filled_form(response), **keys})
            assert response.status_code < 500 and not leaks(response), url
        for field in keys_of(model):
            # Also of columns that no form shows yet.
            choices = model_admin.formfield_for_dbfield(field, response.wsgi_request).queryset
            assert isinstance(model_admin, SupportAdmin) or not choices.filter(pk=ID).exists(), f"{field} offers A's"
            assert not model._base_manager.exclude(pk=ID).filter(**{field.name: ID}).exists(), f"{field} points to A"


def filled_form(response) -> dict:
    """What a browser would post of an admin's form."""
    context = response.context or {}
    forms = [context["adminform"].form] if "adminform" in context else []
    forms += [each.formset.management_form for each in context.get("inline_admin_formsets", [])]
    values = {
        form.add_prefix(name): form.get_initial_for_field(form.fields[name], name)
        for form in forms
        for name in form.fields
    }
    return {name: value for name, value in values.items() if value not in (None, "")}


def test_anonymous_is_led_to_the_log_in_by_every_url(two_worlds):
    before, problems = rows_of(), []
    for route, url, _ in urls(two_worlds.b):
        for method in ("get", "post"):
            response = getattr(Client(raise_request_exception=False), method)(url)
            is_led = response.status_code == 302 and "/login/" in response.url
            if not is_led and response.status_code != 405 and route not in OPEN:
                problems.append(f"{method} {url} ({route}): {response.status_code}")
    assert not problems, "\n".join(problems)
    assert rows_of() == before


def test_an_agent_changes_neither_the_connection_nor_the_team(two_worlds):
    agent, managed = browser(two_worlds.agent), [model for model in MODELS if model._meta.app_label in MANAGED_APPS]
    before = rows_of(*managed)
    for _, url, _ in urls(two_worlds.b):
        if url.startswith("/connection/"):
            assert {ask(agent, method, url).status_code for method in ("get", "post")} <= {403, 405}, url
    for model in ADMINS:
        for page, *args in (("change", two_worlds.b[model].pk), ("delete", two_worlds.b[model].pk), ("add",)):
            form = filled_form(ask(agent, "get", url_of(model, page, *args)))
            ask(agent, "post", url_of(model, page, *args), {**form, "role": Role.OWNER, "post": "yes"})
        for name in actions_of(ADMINS[model]):
            data = {"action": name, "_selected_action": [two_worlds.b[model].pk], "index": 0, "post": "yes"}
            ask(agent, "post", url_of(model, "changelist"), data)
    assert rows_of(*managed) == before


def test_support_sees_every_workspace_and_no_token(two_worlds):
    support, before = browser(two_worlds.support), rows_of()
    for model in ADMINS:
        listed = ask(support, "get", url_of(model, "changelist")).content.decode()
        for row in (two_worlds.a[model], two_worlds.b[model]):
            page = ask(support, "get", url := url_of(model, "change", row.pk))
            assert page.status_code == 200 and url in listed, url
            assert TOKEN not in listed + page.content.decode(), url
            assert row.pk != ID or leaks(page), f"{url} shows nothing of the row"
            assert ask(support, "post", url, filled_form(page)).status_code in (403, 404), url
    assert rows_of() == before
