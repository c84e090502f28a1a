"""An agent on the real clock; the workers that do what is due stand in `steps.py`."""

from tests.integration.real_clock import story

__all__ = ["story"]
