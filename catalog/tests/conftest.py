import pytest

from catalog.services import pushing
from catalog.tests.factories import CatalogFactory
from catalog.tests.shelf import Shelf


@pytest.fixture
def catalog(monkeypatch):
    """Products go to it, and no push waits for a burst to end."""
    monkeypatch.setattr(pushing, "BURST_SECONDS", 0)
    return CatalogFactory()


@pytest.fixture
def shelf(graph, catalog):
    return Shelf(graph, catalog)
