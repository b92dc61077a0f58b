from getpass import getpass

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.text import slugify

from workspaces import services
from workspaces.models import Membership, Role, User, Workspace


class Command(BaseCommand):
    help = "Make a workspace and its first owner. Asks for the password of a new person."

    def add_arguments(self, parser):
        parser.add_argument("name")
        parser.add_argument("--owner", required=True, help="User name of the owner; an existing person keeps theirs.")
        parser.add_argument("--email", default="")

    def handle(self, *args, name: str, owner: str, email: str, **options):
        slug = slugify(name)
        if not slug or Workspace.objects.filter(slug=slug).exists():
            raise CommandError(
                f"There is a workspace “{slug}” already, or the name has no letters. Choose another name."
            )
        user = User.objects.filter(username=owner).first() or self.new_person(owner, email)
        with transaction.atomic():
            user.save()
            workspace = Workspace.objects.create(name=name, slug=slug)
            Membership.objects.create(user=user, workspace=workspace, role=Role.OWNER)
            services.note(workspace, None, "workspace made", name, owner=owner)
        self.stdout.write(f"“{name}” is ready. {owner} can log in and connect WhatsApp.")

    def new_person(self, username: str, email: str) -> User:
        user = User(username=username, email=email)
        password = getpass(f"Password for {username}: ")
        try:
            user.clean_fields(exclude=["password"])
            validate_password(password, user)
        except ValidationError as exc:
            raise CommandError(" ".join(exc.messages)) from exc
        user.set_password(password)
        return user
