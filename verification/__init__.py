"""From evidence to checks to a verdict. Knows no bounty and no scout: only `group_key` and `subject_key`."""
