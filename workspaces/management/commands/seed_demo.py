from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from workspaces.models import Membership, Role, User, Workspace

SHOPS = {"example-shop": "Example Shop", "second-shop": "Second Example Shop"}
PEOPLE = {
    "merchant": (Role.OWNER, "example-shop"),
    "agent": (Role.AGENT, "example-shop"),
    "second-merchant": (Role.OWNER, "second-shop"),
}


class Command(BaseCommand):
    """Safe to run again: makes what is missing and leaves the rest. Two shops, so that isolation can be seen."""

    help = "Make the demo's workspaces and people. Only where DEMO is on."

    @transaction.atomic
    def handle(self, *args, **options):
        if not settings.DEMO or not settings.DEMO_PASSWORD:
            raise CommandError(
                "This makes people with a known password, so it runs only with DEMO=1 and DEMO_PASSWORD."
            )
        shops = {slug: Workspace.objects.get_or_create(slug=slug, defaults={"name": SHOPS[slug]})[0] for slug in SHOPS}
        for username, (role, slug) in PEOPLE.items():
            user = self.person(username, email=f"{username}@example.com")
            Membership.objects.get_or_create(user=user, workspace=shops[slug], defaults={"role": role})
        self.person("support", is_support=True)

    def person(self, username: str, **fields) -> User:
        user, _ = User.objects.get_or_create(username=username, defaults=fields)
        if fields.get("email") and not user.email:
            user.email = fields["email"]
            user.save(update_fields=["email"])
        if not user.check_password(settings.DEMO_PASSWORD):
            user.set_password(settings.DEMO_PASSWORD)
            user.save(update_fields=["password"])
        return user
