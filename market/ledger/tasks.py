"""What time does to the ledger: once a day somebody looks whether the books are whole."""

import structlog

from market.celery import app
from market.ledger import invariants

log = structlog.get_logger(__name__)


@app.task
def check_books() -> None:
    for fault in invariants.faults():
        log.error("ledger_fault", promise=fault.promise, subject=fault.subject, found=fault.found)
