"""`manage.py` of the house that the browser tests share, for one command after the other: Django takes longer to load
than most of them to run.
"""

import contextlib
import io
import json
import os
import subprocess
import sys
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field

from market.config import ROOT


@dataclass
class Commands:
    environment: Mapping[str, str]
    _process: "subprocess.Popen[str] | None" = field(default=None, init=False)

    def __call__(self, *words: str) -> str:
        """What the command has printed. A command that fails is a test that fails."""
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.browser.commands"],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        assert self._process.stdin
        assert self._process.stdout
        print(json.dumps(words), file=self._process.stdin, flush=True)
        answer: dict[str, str] = json.loads(self._process.stdout.readline())
        assert answer["failed"] == "", answer
        return answer["said"]

    def close(self) -> None:
        if self._process is not None:
            assert self._process.stdin
            assert self._process.stdout
            self._process.stdin.close()
            self._process.wait(20)
            self._process.stdout.close()


def main() -> None:
    import django
    from django.core.management import ManagementUtility

    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a library prints by itself is no answer
    django.setup()
    for line in sys.stdin:
        said, failed = io.StringIO(), ""
        with contextlib.redirect_stdout(said):
            try:
                ManagementUtility(["manage.py", *json.loads(line)]).execute()
            except BaseException:  # noqa: BLE001 - a command that fails ends its process, but not this one
                failed = traceback.format_exc()
        print(json.dumps({"said": said.getvalue(), "failed": failed}), file=answers, flush=True)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "market.settings")
    main()
