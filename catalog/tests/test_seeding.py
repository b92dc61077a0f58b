"""Example products, for whoever tries it."""

import pytest
from django.core.management import CommandError, call_command

from catalog.models import ProductItem
from workspaces.tests.factories import WorkspaceFactory

pytestmark = pytest.mark.django_db


def test_examples_are_made_once_and_some_are_to_be_mended(capsys):
    shop = WorkspaceFactory(slug="example-shop")
    call_command("seed_products", count=300, force=True)
    assert "300 new" in capsys.readouterr().out
    mine = ProductItem.objects.for_workspace(shop)
    assert mine.count() == 300 and 2 < mine.filter(status=ProductItem.Status.INCOMPLETE).count() < 10
    call_command("seed_products", count=300, force=True)
    assert "0 new, 0 changed, 300 the same" in capsys.readouterr().out


@pytest.mark.parametrize("options", [{}, {"count": 0, "force": True}, {"workspace": "nowhere", "force": True}])
def test_it_is_made_nowhere_else(options):
    with pytest.raises(CommandError):
        call_command("seed_products", **options)
