"""`python -m tests.simulation --minutes 60`: random stories with new seeds; `--seed N --minutes 0` tells one again."""

import argparse
import os
import subprocess
import sys


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, help="where to begin; a new one unless told")
    options = parser.parse_args()
    os.environ["TEST_SIMULATION_MINUTES"] = str(options.minutes)
    if options.seed is not None:
        os.environ["TEST_SIMULATION_SEED"] = str(options.seed)
    pytest = [sys.executable, "-m", "pytest", "-q", "--tb=short", "--capture=sys", "tests/simulation/long.py"]
    return subprocess.run(pytest).returncode


if __name__ == "__main__":
    sys.exit(main())
