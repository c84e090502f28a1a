#!/usr/bin/env python
"""Django's command line. `bin/up` and `bin/test` are what a newcomer types; this is for the one who stays."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "market.settings")
    from django.core.management import execute_from_command_line  # noqa: PLC0415 - reads the settings named above

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
