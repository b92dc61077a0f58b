from celery import shared_task
from django.conf import settings
from django.core.mail import EmailMessage


@shared_task(autoretry_for=(OSError,), retry_backoff=30, max_retries=6)
def send_mail(address: str, subject: str, body: str) -> int:
    return EmailMessage(subject, body, settings.DEFAULT_FROM_EMAIL, [address]).send()
