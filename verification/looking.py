"""The eyes of this process: its decoding child and, where they are configured, the vision models.

A model is asked once for a capture; what it said is kept, so that work done again neither asks nor pays again. A model
that is out, refuses, or says what cannot be read leaves its questions unknown, and never makes a verdict by that.
"""

import atexit
import hmac
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from uuid import UUID

import structlog
from django.conf import settings

from market.config import config
from verification import canonical, store, vision
from verification.evidence import (
    Artifact,
    ChallengeKind,
    Evidence,
    ModelAnswer,
    TextReading,
    with_changes,
)
from verification.kinds import PHOTO
from verification.models import ModelReading
from verification.photos.sandbox import Sandbox
from verification.requirements import BLOCKED_CRITERION, Requirements
from verification.vision import MOST_PICTURES, Endpoint, Item, NoAnswer

log = structlog.get_logger(__name__)

# A model sees no more than this of a picture: larger ones cost more and show little more.
LONGEST_SIDE = 1280
_QUALITY = 85


@cache
def sandbox() -> Sandbox:
    """One child for each process, started at its first picture and ended with it."""
    started = Sandbox()
    atexit.register(started.close)
    return started


def endpoints(wanted: int) -> list[Endpoint]:
    """As many different models as are wanted, or as there are."""
    if not config.vision_base_url:
        return []
    key = config.vision_key.get_secret_value()
    names = dict.fromkeys(each for each in (config.vision_model, config.vision_second_model) if each)
    return [Endpoint(config.vision_base_url, each, key, seconds=config.vision_seconds) for each in list(names)[:wanted]]


def look(capture_id: UUID, evidence: Evidence, requirements: Requirements, *, at: datetime) -> Evidence:
    """The evidence with what the models say, as far as anything is asked and anybody answers."""
    photos = evidence.artifacts_of(PHOTO)[:MOST_PICTURES]
    seed = hmac.digest(settings.SECRET_KEY.encode(), b"control of " + capture_id.bytes, "sha256")
    asked = vision.with_control(_asked(evidence, requirements), seed=seed)
    if not photos or not (asked or requirements.challenge is ChallengeKind.CODE):
        return evidence
    answers: list[ModelAnswer] = []
    readings: list[TextReading] = []
    for endpoint in endpoints(max(requirements.policy.models, 1)):
        try:
            read = _read(capture_id, endpoint, photos, asked, at=at)
        except NoAnswer as nothing:
            log.warning("no answer of a vision model", model=endpoint.model, reason=nothing.reason)
            continue
        answers += read.answers
        for number, photo in enumerate(photos, start=1):
            lines = tuple(text for of, text in read.lines if of == number or (number == 1 and of > len(photos)))
            readings.append(TextReading(photo.sha256, endpoint.model, lines))
    return with_changes(evidence, model_answers=tuple(answers), readings=tuple(readings))


def _asked(evidence: Evidence, requirements: Requirements) -> tuple[Item, ...]:
    if evidence.blocked:
        return vision.items((BLOCKED_CRITERION,), (), {})
    said = {each.question_id: each.value for each in evidence.answers}
    return vision.items(requirements.criteria, requirements.questions, said)


def _read(
    capture_id: UUID, endpoint: Endpoint, photos: Sequence[Artifact], asked: tuple[Item, ...], *, at: datetime
) -> vision.Read:
    kept = ModelReading.objects.filter(capture_id=capture_id, model=endpoint.model, prompt=vision.PROMPT).first()
    if kept is None:
        from verification import vision_gateway  # noqa: PLC0415 - it loads its library, for those who ask a model

        pictures = [
            sandbox().working_copy(store.read(store.ORIGINALS, each.sha256), longest=LONGEST_SIDE, quality=_QUALITY)
            for each in photos
        ]
        seen = vision_gateway.ask(endpoint, pictures=pictures, asked=asked)
        kept, _ = ModelReading.objects.get_or_create(
            capture_id=capture_id,
            model=endpoint.model,
            prompt=vision.PROMPT,
            defaults={
                "reading": canonical.to_plain(
                    {"answers": seen.read.answers, "lines": [list(each) for each in seen.read.lines]}
                ),
                "tokens_in": seen.tokens_in,
                "tokens_out": seen.tokens_out,
                "read_at": at,
            },
        )
    return vision.Read(
        answers=tuple(canonical.from_plain(ModelAnswer, each) for each in kept.reading["answers"]),
        lines=tuple((int(number), str(text)) for number, text in kept.reading["lines"]),
    )
