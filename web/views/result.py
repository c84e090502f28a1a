"""What came of an answer: every check, what was decided and by whom, and what can still be done."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from bounties import operations, scouting
from bounties.policies.disputes import DecidedBy, Side
from bounties.scouting import OwnSubmission
from bounties.states import DISPUTE_RUNS, ClaimState, SubmissionState
from market import clock
from market.accounts.models import Scout
from verification.checks.result import Outcome
from verification.queries import Copy, copies_of, delivered_bytes, verdict_of
from verification.requirements import QuestionType
from web.addresses import known
from web.checks_told import told
from web.scouts import for_scouts
from web.zones import zone_at

_LISTED = 50


@require_GET
@for_scouts
def results(request: HttpRequest, scout: Scout) -> HttpResponse:
    """Everything handed in, the newest first."""
    text = request.GET.get("before")
    before = known(text, "sub") if text else None
    listed = scouting.newest_submissions(scout=scout.account, limit=_LISTED + 1, before=before)
    facts = {
        "submissions": listed[:_LISTED],
        "older": listed[_LISTED - 1].id if len(listed) > _LISTED else None,
        "is_newest": before is None,
    }
    return render(request, "scout/results.html", facts)


@require_GET
@for_scouts
def result(request: HttpRequest, scout: Scout, submission_id: str) -> HttpResponse:
    found = scouting.submission_of(scout=scout.account, submission_id=known(submission_id, "sub"))
    at = clock.now()
    verdict = verdict_of(found.row.capture_id)
    checks = told(verdict.checks) if verdict else []
    facts = {
        "found": found,
        "row": found.row,
        "offer": found.claim.offer,
        "zone": zone_at(found.claim.offer.place),
        "doubts": [each for each in checks if each.outcome is not Outcome.PASS],
        "passes": [each for each in checks if each.outcome is Outcome.PASS],
        "pictures": _pictures(found),
        "reasons": told(verdict.because()) if verdict and found.row.decided_by == DecidedBy.MACHINE else [],
        "answers": _answers(found),
        "received_at": found.real(found.row.received_at),
        "review_due_at": found.real(found.row.review_due_at),
        "settles_at": found.real(found.award.settles_at) if found.award else None,
        "appeal_by": (appeal_by := found.real(found.row.appeal_by)),
        "rule_by": found.real(found.dispute.rule_by) if found.dispute else None,
        "contested": found.dispute is not None and found.dispute.state in DISPUTE_RUNS,
        "can_retake": found.state is SubmissionState.REJECTED and not found.claim.is_over(at),
        "can_appeal": _can_appeal(found) and appeal_by is not None and at <= appeal_by,
    }
    return render(request, "scout/result.html", facts)


@require_GET
@for_scouts
def picture(request: HttpRequest, scout: Scout, submission_id: str, number: int) -> HttpResponse:
    """The small one, as the buyer sees it: with faces and number plates blurred."""
    found = scouting.submission_of(scout=scout.account, submission_id=known(submission_id, "sub"))
    copy = next((each for each in _pictures(found) if each.number == number), None)
    if copy is None:
        raise Http404
    answer = HttpResponse(delivered_bytes(copy.preview_sha256), content_type="image/jpeg")
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def _pictures(found: OwnSubmission) -> list[Copy]:
    """What can be shown small; an artifact of another kind than a photo may have nothing to show."""
    return [each for each in copies_of(found.row.capture_id) if each.preview_sha256]


@require_POST
@for_scouts
def appeal(request: HttpRequest, scout: Scout, submission_id: str) -> HttpResponse:
    """In one tap: what it is about follows from who decided. What the scout has to say is a note, or nothing."""
    found = scouting.submission_of(scout=scout.account, submission_id=known(submission_id, "sub"))
    operations.appeal(
        scout=scout.account,
        submission_id=found.row.id,
        ground_code=_ground(found),
        note=request.POST.get("note", "").strip(),
        at=clock.now(),
    )
    messages.success(request, gettext("A person will look at it."))
    return redirect("result", submission_id)


def _answers(found: OwnSubmission) -> list[dict[str, str]]:
    words = {"yes": gettext("yes"), "no": gettext("no")}
    asked = {each.id: each for each in found.claim.offer.questions}
    return [
        {
            "question": question.text,
            "answer": words.get(value, value) if question.type is QuestionType.YES_NO else value,
        }
        for question, value in (
            (asked[each["question_id"]], each["scout_value"])
            for each in found.row.answers
            if each["question_id"] in asked
        )
    ]


def _can_appeal(found: OwnSubmission) -> bool:
    """Whether to offer it; whether it may be done is for the operation to say."""
    return (
        found.state in (SubmissionState.REJECTED, SubmissionState.SET_ASIDE)
        and found.row.decided_by != DecidedBy.RULING
        and not (found.dispute and found.dispute.opened_by == Side.SCOUT)
        and found.claim.state is not ClaimState.FULFILLED
    )


def _ground(found: OwnSubmission) -> str:
    if found.state is SubmissionState.SET_ASIDE:
        return "was_in_time"
    return {DecidedBy.MACHINE: "check_wrong", DecidedBy.BUYER: "ground_wrong"}.get(
        DecidedBy(found.row.decided_by), "other"
    )
