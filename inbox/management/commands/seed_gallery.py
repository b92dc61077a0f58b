"""One conversation with a bubble of every kind, to look at them: `manage.py seed_gallery`. For development."""

from django.core.management.base import BaseCommand, CommandError

from inbox import gallery
from meta_integration.models import PhoneNumber


class Command(BaseCommand):
    help = "Fill one conversation with every kind of message. Run twice it is the same conversation."

    def add_arguments(self, parser):
        parser.add_argument("--number", help="phone_number_id of the number; else the first connected one")

    def handle(self, *args, number: str | None = None, **options):
        numbers = PhoneNumber.objects.select_related("workspace").filter(state=PhoneNumber.State.CONNECTED)
        if number:
            numbers = numbers.filter(phone_number_id=number)
        chosen = numbers.order_by("-is_default", "pk").first()
        if chosen is None:
            raise CommandError("There is no such connected number. Connect one first, or start bin/demo.")
        thread = gallery.fill(chosen)
        self.stdout.write(f"/inbox/{thread.pk}/")
