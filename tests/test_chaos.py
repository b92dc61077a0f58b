"""A small storm; the whole one is `bin/bench chaos`."""

import pytest

from tests import chaos
from tests.stack import prepared

pytestmark = pytest.mark.e2e
MESSAGES = 400


@pytest.fixture
def storm(tmp_path_factory):
    folder = tmp_path_factory.mktemp("chaos")
    with prepared(folder, own_valkey=True, SENDING_LEASE_SECONDS="6", GRAPH_READ_TIMEOUT="4") as stack:
        yield stack


def test_nothing_is_lost_and_nothing_sent_twice_whoever_is_killed(storm):
    books = chaos.run(storm, messages=MESSAGES, kills=5, pause=(0.3, 1.2), patience=60)
    assert len(books.ours) == MESSAGES
    assert (books.twice, books.lost, books.unsettled) == ([], [], [])
    assert len(books.metas) + len(books.never_accepted) == MESSAGES
