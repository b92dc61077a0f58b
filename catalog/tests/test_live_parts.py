"""What is put in the place of a part that changes by itself gives the focus back: by its id, which the new part has."""

import re

import pytest
from django.urls import reverse

from catalog.tests.factories import CatalogReadingFactory
from meta_integration.tests.factories import WABAFactory
from tests.catalog_gallery import breaks, full_shop, pages_of
from workspaces.tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db
FOCUSED = re.compile(r"<(?:a|button|input|summary|select|textarea)\b[^>]*>")
MOVING = ("home", "compare", "shopify", "table", "product", "edit", "import")


def test_all_that_takes_the_focus_has_a_name(client, graph):
    graph.get(re.compile(".*"), json={"data": []})
    owner = MembershipFactory()
    client.force_login(owner.user)
    WABAFactory(workspace=owner.workspace)
    found = nameless(client, reverse("catalog:home"), "home without a catalog")
    shop = full_shop(owner.workspace)
    for name, path in pages_of(shop).items():
        if name.startswith(MOVING):
            found += nameless(client, path, name)
    CatalogReadingFactory(catalog=shop.catalog, is_full=True, finished_at="2026-01-01T00:00:00Z")
    breaks(shop.catalog)
    for name in ("home", "compare", "table", "product waiting"):
        found += nameless(client, pages_of(shop)[name], f"{name}, broken")
    assert not found, "\n".join(found)


def nameless(client, path: str, name: str) -> list[str]:
    tags = FOCUSED.findall(live_part_of(client.get(path).content.decode()))
    return [f"{name}: {tag}" for tag in tags if " id=" not in tag and 'type="hidden"' not in tag]


def live_part_of(page: str) -> str:
    """Up to the end of its `div`; empty for a page without one."""
    _before, _mark, part = page.partition('id="live-part"')
    depth = 1
    for tag in re.finditer(r"<(/?)div\b", part):
        depth += -1 if tag[1] else 1
        if not depth:
            return part[: tag.start()]
    return part
