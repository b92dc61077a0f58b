import pytest
from django.core import checks

IDS = {"inbox.E001"}


def found() -> set[str]:
    return {each.id for each in checks.run_checks(include_deployment_checks=True)} & IDS


@pytest.mark.parametrize(("lease", "is_wrong"), [(44, True), (45, False)])
def test_a_lease_that_a_slow_call_outlasts_does_not_deploy(settings, lease, is_wrong):
    settings.GRAPH_CONNECT_TIMEOUT, settings.GRAPH_READ_TIMEOUT = 5, 30
    settings.SENDING_LEASE_SECONDS = lease
    assert bool(found()) == is_wrong
