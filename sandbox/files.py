"""Bytes on disk: uploads, media of either side. What they are is in the world."""

import contextlib
import shutil
import tempfile
from pathlib import Path


class Files:
    """Beside the snapshot, so that they live as long; without one in a folder that goes with the process."""

    def __init__(self, snapshot: str):
        self._is_lasting = bool(snapshot)
        self._folder = Path(f"{snapshot}.files") if snapshot else None

    def path(self, name: str) -> Path:
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="sandbox-files-"))
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return self._folder / name

    def write(self, name: str, data: bytes) -> None:
        self.path(name).write_bytes(data)

    def read(self, name: str) -> bytes | None:
        with contextlib.suppress(FileNotFoundError):
            return self.path(name).read_bytes()
        return None

    def remove(self, name: str) -> None:
        self.path(name).unlink(missing_ok=True)

    def clear(self) -> None:
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)

    def stop(self) -> None:
        if not self._is_lasting:
            self.clear()
