"""What the children say: a file each, kept from growing without end, asked for the last words of one that died."""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

_LARGEST = 10 * 2**20
_LAST = 64 * 2**10
# Postgres says why it stops before it says that it stops; Python ends with the exception.
_REASON = re.compile(r"\b(FATAL|PANIC|Error|error|ERROR|CRITICAL)\b")


@dataclass
class Journal:
    path: Path
    began: int = 0  # where the words of the process that runs now begin

    def begin(self) -> int:
        """A file descriptor's worth of path to append to, older words aside. The size at which the new ones begin."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.rotate()
        self.began = self.path.stat().st_size if self.path.exists() else 0
        return self.began

    def rotate(self) -> None:
        """Move what was said aside once it is long. The file stays the same one, as the process holds it open."""
        if not self.path.exists() or self.path.stat().st_size <= _LARGEST:
            return
        shutil.copyfile(self.path, self.path.with_suffix(".old.log"))
        # Opened for appending by the process, so it goes on at the new end. What it said since the copy is lost.
        with self.path.open("r+b") as file:
            file.truncate(0)
        self.began = 0

    def last_words(self) -> str:
        """The line that tells best why a process ended: the last one that names an error, else the last."""
        if not self.path.exists():
            return "it said nothing"
        with self.path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(self.began, size - _LAST))
            lines = [line.strip() for line in file.read().decode(errors="replace").splitlines()]
        spoken = [line for line in lines if line]
        reasons = [line for line in spoken if _REASON.search(line)]
        return (reasons or spoken or ["it said nothing"])[-1][:300]
