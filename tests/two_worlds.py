"""Two workspaces, Alice's A and Charlie's B, with one row of every model in each, and every URL there is.

All rows of A have the same primary key and ZEBRA<n>STRIPES in every text, so one id stands for each of them and one
pattern finds every leak. Models and URLs are found by walking the apps and the URL map.
"""

import importlib
import itertools
import re
from pathlib import Path
from types import SimpleNamespace

from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import connection, models
from django.urls import URLResolver, get_resolver
from factory.django import DjangoModelFactory

from meta_integration.models import DataDeletion, ReconnectLink
from meta_integration.sealed import SealedTextField
from meta_integration.services import reconnect_links
from workspaces.models import Membership, Role, User
from workspaces.tests.factories import MembershipFactory, UserFactory

OUR_APPS = [config for config in apps.get_app_configs() if Path(config.path).parent == settings.BASE_DIR]
MODELS = [model for config in OUR_APPS for model in config.get_models()]
ID = 777_000_777
STRIPES = re.compile(r"ZEBRA\d+STRIPES")
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>([^()]*)\)")


def factory_of(model):
    module = importlib.import_module(f"{apps.get_app_config(model._meta.app_label).name}.tests.factories")
    factories = [each for each in vars(module).values() if isinstance(each, type)]
    factories = [each for each in factories if issubclass(each, DjangoModelFactory) and each._meta.model is model]
    return factories[0] if factories else None


def one_row_of_each(pk: int | None) -> dict:
    """A row of every model, all hanging together in one workspace."""
    rows = {}

    def row_of(model):
        if model not in rows:
            rows[model] = None  # What refers back to it, or to itself, gets none.
            keys = {each.name: row_of(each.related_model) for each in keys_of(model)}
            rows[model] = factory_of(model)(**keys, **({"pk": pk} if pk else {}))
        return rows[model]

    for model in MODELS:
        row_of(model)
    return rows


def keys_of(model) -> list[models.Field]:
    return [field for field in model._meta.concrete_fields if field.related_model in MODELS]


def stripe(rows: dict) -> None:
    """Put the pattern in every text, JSON and binary column that has room for it."""
    for number, (model, row) in enumerate(rows.items()):
        text = f"ZEBRA{number}STRIPES"
        values = {}
        for field in model._meta.concrete_fields:
            if isinstance(field, SealedTextField) or field.choices or field.name == "timezone":
                continue
            if isinstance(field, models.CharField | models.TextField) and (field.max_length or 99) >= len(text):
                values[field.name] = text
            elif isinstance(field, models.JSONField):
                values[field.name] = striped(getattr(row, field.name), text)
            elif isinstance(field, models.BinaryField) and not field.max_length:
                values[field.name] = text.encode()
        model._base_manager.filter(pk=row.pk).update(**values)
        row.refresh_from_db()


def striped(value, text: str):
    """The same shape, with the text in it."""
    if isinstance(value, list):
        return [striped(each, text) for each in value] or [text]
    return {**value, "words": text} if isinstance(value, dict) else text


def make_two_worlds() -> SimpleNamespace:
    missing = [model._meta.label for model in MODELS if not factory_of(model)]
    assert not missing, f"Without a factory in the tests/factories.py of its app: {', '.join(missing)}"
    a, b = one_row_of_each(ID), one_row_of_each(None)
    stripe(a)
    support = UserFactory(username="support", is_support=True)
    agent = MembershipFactory(workspace=b[Membership].workspace, role=Role.AGENT).user
    return SimpleNamespace(a=a, b=b, alice=a[User], charlie=b[User], support=support, agent=agent)


def rows_of(*models_, only_a: bool = False) -> list[str]:
    """These tables (or all of ours) as PostgreSQL prints them: nothing hides behind a manager or a method."""
    rows = []
    for model in models_ or MODELS:
        table, pk = model._meta.db_table, model._meta.pk.column
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT t::text FROM "{table}" t WHERE "{pk}" = %s OR NOT %s ORDER BY 1', [ID, only_a])  # noqa: S608
            rows += [f"{table} {row}" for (row,) in cursor.fetchall()]
    return rows


def routes(resolver=None, prefix: str = "", patterns: dict | None = None):
    """Every (route, {parameter: regular expression}) of the URL map."""
    for each in (resolver or get_resolver()).url_patterns:
        part = str(each.pattern)
        found = {**(patterns or {}), **{name: item.regex for name, item in each.pattern.converters.items()}}
        found |= {name: regex for _, name, regex in PARAMETER.findall(part) if name}
        if "(?P<" in part:
            part = re.sub(r"[\^$\\]", "", part)
        if isinstance(each, URLResolver):
            yield from routes(each, prefix + part, found)
        else:
            yield prefix + part, found


def urls(rows: dict) -> list[tuple[str, str, bool]]:
    """(route, url, does it hold an id?) for every route, filled with the ids of these rows."""
    pks = {str(row.pk) for row in rows.values()}
    named = [(row, field) for row in rows.values() for field in row._meta.concrete_fields]
    others = {
        str(getattr(row, each.name)) for row, each in named if isinstance(each, models.UUIDField | models.SlugField)
    }
    known = {
        "app_label": [config.label for config in OUR_APPS],
        "content_type_id": [ContentType.objects.get_for_model(model).pk for model in rows],
        "url": ["nowhere/"],
        "format": ["json"],
        "signed": [reconnect_links.signed(rows[ReconnectLink])],
        "code": [rows[DataDeletion].confirmation_code],
    }
    found = []
    for route, patterns in routes():
        ids = pks if route.startswith("admin/") else pks | others - {"None"}
        values = [
            known.get(name) or [each for each in ids if re.fullmatch(regex, each)] for name, regex in patterns.items()
        ]
        assert all(values), f"no id of ours fits {route}: teach this test what does"
        for chosen in itertools.product(*values):
            filled = iter(chosen)
            url = "/" + PARAMETER.sub(lambda _, filled=filled: str(next(filled)), route)
            found.append((route, url, not patterns.keys() <= known.keys()))
    return found
