"""`python -m market.engine`: what bin/up runs once everything is installed."""

import sys

from market.engine.faults import Fault
from market.engine.up import main

if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Fault as fault:
        print(f"sightline: {fault}", file=sys.stderr)
        sys.exit(1)
