"""Which code gathered and decided: stored with all of it, so that a verdict says what it was made by."""

from market.config import config
from verification.decide import RULES_VERSION

CODE_VERSION = f"rules {RULES_VERSION}, revision {config.sightline_revision}"
