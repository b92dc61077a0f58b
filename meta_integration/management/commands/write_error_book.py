from django.conf import settings
from django.core.management import BaseCommand

from meta_integration import error_book


class Command(BaseCommand):
    help = "Write docs/error-book.md from the table of Meta's codes."

    def handle(self, *args, **options):
        path = settings.BASE_DIR / "docs" / "error-book.md"
        path.write_text(error_book.as_markdown(), "utf-8")
        self.stdout.write(f"{path.name} is written.")
