"""`python -m tests.simulation --minutes 60`: random stories with new seeds; `--seed N --minutes 0` tells one again.

`--payouts 10000` tells stories of so many payouts instead, against Stripe's twin: 2,500 each, some at once.
"""

import argparse
import os
import secrets
import subprocess
import sys

# A story at most: what has happened by then has met all there is, and several can be told at once.
PAYOUTS_OF_A_STORY = 2_500


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, help="where to begin; a new one unless told")
    parser.add_argument("--payouts", type=int, help="stories of so many payouts against Stripe's twin instead")
    parser.add_argument("--at-once", type=int, default=os.cpu_count(), help="so many of those at the same time")
    options = parser.parse_args()
    os.environ["TEST_SIMULATION_MINUTES"] = str(options.minutes)
    if options.seed is not None:
        os.environ["TEST_SIMULATION_SEED"] = str(options.seed)
    story = "tests/simulation/long.py"
    pytest = [sys.executable, "-m", "pytest", "-q", "--tb=short", "--capture=sys"]
    if options.payouts is not None:
        stories = -(-options.payouts // PAYOUTS_OF_A_STORY)
        os.environ["TEST_SIMULATION_STORIES"] = str(stories)
        os.environ["TEST_SIMULATION_PAYOUTS"] = str(-(-options.payouts // stories))
        os.environ.setdefault("TEST_SIMULATION_SEED", str(secrets.randbelow(10**9)))
        story = "tests/simulation/long_payouts.py"
        pytest += ["-p", "no:logging", "-n", str(min(stories, options.at_once or 1))]
    return subprocess.run([*pytest, story]).returncode


if __name__ == "__main__":
    sys.exit(main())
