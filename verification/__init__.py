"""Evidence becomes checks, checks become a verdict. Knows no bounty and no scout: only `group_key` and `subject_key`."""
