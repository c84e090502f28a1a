"""Ask every promise of the ledger of all that is stored. Names what is wrong; the exit code is 1 then."""

import sys
from typing import Any

from django.core.management import BaseCommand

from market.ledger import invariants


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        faults = invariants.faults()
        for fault in faults:
            self.stderr.write(str(fault))
        if faults:
            sys.exit(1)
        self.stdout.write("The books are whole.")
