"""Faults that a person can mend: one line that says what to do, and an exit code that is not 0."""


class Fault(Exception):
    """What is wrong and what to do about it, in one sentence for the person at the keyboard."""
