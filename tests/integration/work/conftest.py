"""Kinds of work for one test, and what was sent about them."""

from collections.abc import Callable, Iterator, Sequence
from uuid import UUID

import pytest
from django.db import transaction

from market.work import messages, registry
from market.work.models import Work
from market.work.operations import enqueue

Register = Callable[..., None]
KIND = "sweep_the_floor"


@pytest.fixture
def register() -> Iterator[Register]:
    """Register a handler for the kind of this test."""
    registered = []

    def register_one(handle: registry.Handler, *, kind: str = KIND, **options: object) -> None:
        registry.handler(kind, **options)(handle)  # type: ignore[arg-type]
        registered.append(kind)

    yield register_one
    for kind in registered:
        registry.forget(kind)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[UUID]:
    """The messages that would have gone to workers."""
    ids: list[UUID] = []

    def send(work_ids: Sequence[UUID]) -> None:
        ids.extend(work_ids)

    monkeypatch.setattr(messages, "send", send)
    return ids


def ask(subject: str = "kitchen", **words: object) -> Work:
    with transaction.atomic():
        enqueue(kind=KIND, subject=subject, **words)  # type: ignore[arg-type]
    return Work.objects.get(subject=subject, done_at=None, given_up_at=None)
