from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from inbox import seeding
from workspaces.models import Workspace


class Command(BaseCommand):
    help = "Fill a shop's inbox with example conversations. Only where DEMO is on, or with --force."

    def add_arguments(self, parser):
        parser.add_argument("--workspace", default="example-shop", help="the shop's short name")
        parser.add_argument("--threads", type=int, default=60)
        parser.add_argument("--messages", type=int, default=600)
        parser.add_argument("--force", action="store_true", help="also where DEMO is off")

    def handle(self, *args, workspace, threads, messages, force, **options):
        if not settings.DEMO and not force:
            raise CommandError("This makes example customers, so it runs only with DEMO=1, or with --force.")
        if not (0 < threads <= 1_000_000 and 0 < messages <= 10_000_000):
            raise CommandError("From 1 to 1,000,000 conversations, and from 1 to 10,000,000 messages.")
        shop = Workspace.objects.filter(slug=workspace).first()
        if shop is None:
            raise CommandError(f"There is no workspace {workspace}.")
        try:
            made = seeding.fill(shop, threads=threads, messages=messages)
        except seeding.NothingToFill as exc:
            raise CommandError(str(exc)) from None
        self.stdout.write(", ".join(f"{count:,} {name}" for name, count in made.items()))
