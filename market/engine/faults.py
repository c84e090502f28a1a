"""Faults that a person can mend: one line that says what to do, and an exit code that is not 0."""

from pydantic import ValidationError


class Fault(Exception):
    """What is wrong and what to do about it, in one sentence for the person at the keyboard."""


def told_plainly(error: ValidationError) -> str:
    """What is wrong with the settings, in one line. Names them, and never shows a value: it may be a secret."""
    said = []
    for each in error.errors(include_input=False, include_url=False):
        name = "_".join(str(part) for part in each["loc"]).upper()
        sentence = str(each["msg"]).removeprefix("Value error, ")
        said.append(f"{name}: {sentence}" if name else sentence)
    return f"The settings are not right: {'; '.join(said)}. They come from the environment and from .env."
