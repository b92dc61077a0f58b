"""A pusher in a process of its own, to be killed: python -m benchmarks.catalog_pusher CATALOG"""

import os
import sys

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "galantis.settings")
    django.setup()
    from catalog.services import pushing

    pushing.push(int(sys.argv[1]))
