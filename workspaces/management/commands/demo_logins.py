from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

WHAT = {
    "merchant": "owner of Example Shop: connects WhatsApp, answers",
    "agent": "agent of Example Shop: answers",
    "second-merchant": "owner of Second Example Shop: sees nothing of the first",
    "support": "support staff: sees all shops, never a token",
}


class Command(BaseCommand):
    help = "Print the demo's log-ins."

    def handle(self, *args, **options):
        if not settings.DEMO:
            raise CommandError("There is no demo here: DEMO is off.")
        for username, what in WHAT.items():
            self.stdout.write(f"  {username:<16} {settings.DEMO_PASSWORD:<12} {what}")
