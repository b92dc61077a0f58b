import os

from celery import Celery
from celery.signals import before_task_publish, setup_logging, worker_ready

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
    from galantis.health import HEARD, note_heartbeat

    for queue in HEARD.keys() & sender.app.amqp.queues.consume_from.keys():
        note_heartbeat(queue)


@before_task_publish.connect(sender="galantis.tasks.heartbeat")
def _beat_is_alive(**kwargs):
    """Published by beat alone: so it is known to live also where no worker does what it sends."""
    from galantis.health import BEAT, note_heartbeat

    note_heartbeat(BEAT)
