from celery import shared_task

from galantis import health


@shared_task
def heartbeat(queue: str) -> None:
    """Sent by beat, done by a worker of the queue: both of them and the broker between them are alive."""
    health.note_heartbeat(queue)
