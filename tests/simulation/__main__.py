"""`python -m tests.simulation --minutes 60`: random stories with new seeds; `--seed N --minutes 0` tells one again.

`--payouts 10000` tells one story of so many payouts instead, against Stripe's twin.
"""

import argparse
import os
import subprocess
import sys


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, help="where to begin; a new one unless told")
    parser.add_argument("--payouts", type=int, help="one story of so many payouts against Stripe's twin instead")
    options = parser.parse_args()
    os.environ["TEST_SIMULATION_MINUTES"] = str(options.minutes)
    if options.seed is not None:
        os.environ["TEST_SIMULATION_SEED"] = str(options.seed)
    story = "tests/simulation/long.py"
    if options.payouts is not None:
        os.environ["TEST_SIMULATION_PAYOUTS"] = str(options.payouts)
        story = "tests/simulation/long_payouts.py"
    pytest = [sys.executable, "-m", "pytest", "-q", "--tb=short", "--capture=sys", story]
    return subprocess.run(pytest).returncode


if __name__ == "__main__":
    sys.exit(main())
