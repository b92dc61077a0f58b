from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from catalog import seeding
from workspaces.models import Workspace


class Command(BaseCommand):
    help = "Fill a shop with example products. Only where DEMO is on, or with --force."

    def add_arguments(self, parser):
        parser.add_argument("--workspace", default="example-shop", help="the shop's short name")
        parser.add_argument("--count", type=int, default=60)
        parser.add_argument("--force", action="store_true", help="also where DEMO is off")

    def handle(self, *args, workspace, count, force, **options):
        if not settings.DEMO and not force:
            raise CommandError("This makes example products, so it runs only with DEMO=1, or with --force.")
        if not 0 < count <= 100_000:
            raise CommandError("From 1 to 100,000 products.")
        shop = Workspace.objects.filter(slug=workspace).first()
        if shop is None:
            raise CommandError(f"There is no workspace {workspace}.")
        written = seeding.fill(shop, count)
        self.stdout.write(f"{len(written.new):,} new, {len(written.changed):,} changed, {len(written.same):,} the same")
