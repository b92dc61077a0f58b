from django.apps import apps
from django.core.management.base import BaseCommand
from django.db import transaction

from meta_integration.sealed import SealedTextField


class Command(BaseCommand):
    """Safe to run again, and while everything runs: old keys go on decrypting until they are taken off the list."""

    help = "Encrypt every stored secret anew with the first key of FIELD_ENCRYPTION_KEYS."

    def handle(self, *args, **options):
        for model in apps.get_models():
            for field in model._meta.fields:
                if isinstance(field, SealedTextField):
                    count = self.rotate(model, field.name)
                    self.stdout.write(f"{model._meta.label}.{field.name}: {count}")

    def rotate(self, model, name: str) -> int:
        pks = list(model._default_manager.exclude(**{f"{name}__isnull": True}).values_list("pk", flat=True))
        for pk in pks:
            with transaction.atomic():  # Locked, so that a reconnect in between is not overwritten with its old secret.
                row = model._default_manager.select_for_update().filter(pk=pk).first()
                if row and getattr(row, name):
                    sealed = getattr(row, name).resealed(row.workspace_id)
                    model._default_manager.filter(pk=pk).update(**{name: sealed})
        return len(pks)
