"""Looking for what was captured before: the same bytes, the same picture in disguise, the same places and people."""
