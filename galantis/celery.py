import os

from celery import Celery
from celery.signals import setup_logging, worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "galantis.settings")

app = Celery("galantis")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# Not an installed app, and has tasks all the same.
app.autodiscover_tasks(["galantis"])


@setup_logging.connect
def _log_as_django_does(**kwargs):
    """Celery's own logging set-up would drop the redaction of ours."""
    import logging.config

    from django.conf import settings

    logging.config.dictConfig(settings.LOGGING)


@worker_ready.connect
def _beat_at_once(sender, **kwargs):
    """Ready from the first second, not from the first scheduled heartbeat."""
    from galantis.health import QUEUES, note_heartbeat

    for queue in QUEUES.keys() & sender.app.amqp.queues.consume_from.keys():
        note_heartbeat(queue)
