"""`python -m market.engine`: what bin/up runs once everything is installed."""

import sys

from pydantic import ValidationError

from market.engine.faults import Fault, told_plainly


def _run() -> int:
    try:
        from market.engine.up import main  # noqa: PLC0415  reads the settings, which may be wrong

        return main(sys.argv[1:])
    except Fault as fault:
        print(f"sightline: {fault}", file=sys.stderr)
    except ValidationError as error:
        print(f"sightline: {told_plainly(error)}", file=sys.stderr)
    except KeyboardInterrupt:  # before anything was started
        return 130
    return 1


if __name__ == "__main__":
    sys.exit(_run())
