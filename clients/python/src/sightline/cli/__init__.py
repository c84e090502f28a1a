"""The command line: `sightline signup | quote | post | wait | results | review | balance | listen` and more."""

import sys

from sightline.cli import commands
from sightline.cli.arguments import parser
from sightline.cli.exits import Exit, exit_of
from sightline.cli.telling import complain
from sightline.errors import SightlineError


def main(words: list[str] | None = None) -> int:
    given = parser().parse_args(words)
    try:
        return commands.run(given)
    except SightlineError as error:
        complain(error, as_json=given.json)
        return exit_of(error)
    except BrokenPipeError:  # `sightline listen | head`
        sys.stderr.close()
        return Exit.DONE
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
