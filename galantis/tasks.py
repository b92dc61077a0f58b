from celery import shared_task

from galantis import health


@shared_task
def heartbeat() -> None:
    """Sent by beat, done by a worker: both of them and the broker between them are alive."""
    health.note_worker_heartbeat()
