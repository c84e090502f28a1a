"""What tests of the feed use, for tests of what follows it."""

from tests.integration.events.conftest import other_connection

__all__ = ["other_connection"]
