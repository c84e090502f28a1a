"""Django's Postgres backend, but for how a pooled connection is known to be alive: see `base`."""
