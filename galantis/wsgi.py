import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "galantis.settings")
django_application = get_wsgi_application()

# After the line above: it is what loads the apps.
from inbox.door import LiveDoor  # noqa: E402
from meta_integration.door import Door  # noqa: E402

application = Door(LiveDoor(django_application))
