import getpass
import sys

from django.core.management.base import BaseCommand, CommandError

from meta_integration.models import WABA
from meta_integration.services.renew import CannotRenew, renew


class Command(BaseCommand):
    """Never as an argument: those are in the shell's history and in the list of processes."""

    help = "Give a connected account a new token, read from standard input or asked for without showing it."

    def add_arguments(self, parser):
        parser.add_argument("waba_id", help="the account's id at Meta")

    def handle(self, *args, waba_id, **options):
        account = WABA.objects.exclude(state=WABA.State.DISCONNECTED).filter(waba_id=waba_id).first()
        if account is None:
            raise CommandError(f"No workspace has the account {waba_id} connected.")
        token = getpass.getpass("Token: ") if sys.stdin.isatty() else sys.stdin.read()
        if not token.strip():
            raise CommandError("No token was given.")
        try:
            renew(account, token.strip())
        except CannotRenew as exc:
            raise CommandError(str(exc)) from exc
        self.stdout.write(f"{account} has a new token. What waited goes out within seconds.")
