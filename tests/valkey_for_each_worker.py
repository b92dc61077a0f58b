"""A plugin loaded before the settings: each of pytest-xdist's workers has its own two databases of the one Valkey.

The first is for tests in this process, the second (`VALKEY_FOR_PROCESSES`) for the real processes of end-to-end tests.
"""

import os
import re


def _own_databases() -> None:
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    server = re.sub(r"/\d*$", "", os.environ["REDIS_URL"])
    os.environ["REDIS_URL"] = f"{server}/{1 + 2 * worker}"
    os.environ["VALKEY_FOR_PROCESSES"] = f"{server}/{2 + 2 * worker}"


_own_databases()
