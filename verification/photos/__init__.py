"""Pictures: from hostile bytes to facts, to a delivered copy. No store, no network, no opinion on what is found."""
