"""Secrets at rest: text encrypted with a key of its workspace, opened only where it is used."""

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from fernet_fields import EncryptedTextField


class Sealed:
    """A secret as it lies in the database. Printing, logging or rendering it shows nothing."""

    def __init__(self, ciphertext: bytes):
        self.ciphertext = bytes(ciphertext)

    def open(self, workspace_pk: int) -> str:
        """The secret. Raises `cryptography.fernet.InvalidToken` for any workspace but its own."""
        return _fernet(workspace_pk, _master_keys()).decrypt(self.ciphertext).decode()

    def resealed(self, workspace_pk: int) -> "Sealed":
        """The same secret under the first master key."""
        return Sealed(_fernet(workspace_pk, _master_keys()).rotate(self.ciphertext))

    def __repr__(self):
        return "<sealed>"

    __str__ = __repr__


def seal(secret: str, workspace_pk: int) -> Sealed:
    """Encrypt with the workspace's key, derived from the first master key."""
    return Sealed(_fernet(workspace_pk, _master_keys()).encrypt(secret.encode()))


class SealedTextField(EncryptedTextField):
    """Holds a `Sealed`, and takes nothing else: plain text cannot reach the column by mistake.

    The base class encrypts with one key for the whole column; here the key belongs to the row's workspace, which a
    field cannot know, so sealing and opening are done by the caller.
    """

    def get_db_prep_save(self, value, connection):
        if value is None:
            return None
        if not isinstance(value, Sealed):
            raise TypeError(f"{self.name} takes a Sealed, not {type(value).__name__}")
        return connection.Database.Binary(value.ciphertext)

    def from_db_value(self, value, expression, connection, *args):
        return None if value is None else Sealed(value)

    def to_python(self, value):
        return value

    def value_to_string(self, obj):
        return ""


def _master_keys() -> tuple[str, ...]:
    return tuple(settings.FIELD_ENCRYPTION_KEYS)


@lru_cache(maxsize=4096)
def _fernet(workspace_pk: int, master_keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(_derived(key, workspace_pk)) for key in master_keys])


def _derived(master_key: str, workspace_pk: int) -> bytes:
    hkdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"galantis workspace {workspace_pk}".encode())
    return base64.urlsafe_b64encode(hkdf.derive(master_key.encode()))
