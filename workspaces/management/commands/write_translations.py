from django.core.management import BaseCommand

from workspaces import translations


class Command(BaseCommand):
    help = "Bring the catalogs under locale/ up to date with the source, and compile them."

    def handle(self, *args, **options):
        for language in translations.languages():
            catalog = translations.write(language)
            missing = sum(not all(m.string if m.pluralizable else [m.string]) for m in catalog if m.id)
            self.stdout.write(f"{language}: {len(catalog)} texts, {missing} not translated")
