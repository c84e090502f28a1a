"""A submission as an operator sees it: pictures, trail, every check with its numbers; and the rulings on it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from bounties import desk
from bounties.models import Submission
from bounties.operations import disputing, reviewing, ruling
from bounties.operations.locking import NoSuchDispute
from bounties.places import Place
from bounties.policies.disputes import Ruling
from bounties.policies.grounds import REJECTION, sentence_of
from bounties.states import DISPUTE_RUNS, SubmissionState
from market import clock
from market.errors import DomainError
from verification import evidence as evidences
from verification import geo, queries
from verification.intake import JPEG
from web import basemap
from web.addresses import known
from web.guards import for_operators
from web.ops import money, trail
from web.ops.acting import ReasonForm, operator

_READ_FIRST = ("fail", "unknown", "pass")


@require_GET
@for_operators
def submission(request: HttpRequest, submission_id: str) -> HttpResponse:
    return _page(request, submission_id, _found(submission_id), ReasonForm())


@require_POST
@for_operators
def review(request: HttpRequest, submission_id: str) -> HttpResponse:
    found = _found(submission_id)

    def act(reason: str) -> None:
        words: dict[str, Any] = {"operator": operator(request), "submission_id": found.id, "at": clock.now()}
        if request.POST.get("ruling") == "accept":
            reviewing.accept_as_operator(reason=reason, **words)
        else:
            reviewing.reject_as_operator(ground_code=request.POST.get("ground", ""), reason=reason, **words)

    return _do(request, submission_id, found, act)


@require_POST
@for_operators
def rule(request: HttpRequest, submission_id: str) -> HttpResponse:
    found = _found(submission_id)
    dispute = desk.dispute_of(found.id)
    wanted = request.POST.get("ruling", "")
    if dispute is None or wanted not in set(Ruling):
        raise NoSuchDispute("There is no such dispute.")
    return _do(
        request,
        submission_id,
        found,
        lambda reason: ruling.rule(
            operator=operator(request),
            dispute_id=dispute.id,
            ruling=Ruling(wanted),
            reason=reason,
            at=clock.now(),
        ),
    )


@require_POST
@for_operators
def ask(request: HttpRequest, submission_id: str) -> HttpResponse:
    """A question to both sides, before ruling."""
    found = _found(submission_id)
    dispute = desk.dispute_of(found.id)
    if dispute is None:
        raise NoSuchDispute("There is no such dispute.")
    return _do(
        request,
        submission_id,
        found,
        lambda text: disputing.message_as_operator(
            operator=operator(request), dispute_id=dispute.id, text=text, at=clock.now()
        ),
        back=True,
    )


@require_GET
@for_operators
def picture(request: HttpRequest, submission_id: str, number: int) -> HttpResponse:
    """The redacted copy, as the buyer would get it: staff need no more of anybody's face than that."""
    copies = queries.copies_of(_found(submission_id).capture_id)
    found = next((each for each in copies if each.number == number), None)
    if found is None:
        raise Http404
    answer = HttpResponse(queries.delivered_bytes(found.media_sha256), content_type=found.media_type)
    answer.headers["Content-Disposition"] = "inline" if found.media_type == JPEG else "attachment"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def _found(submission_id: str) -> Submission:
    return desk.submission(known(submission_id, "sub"))


def _do(
    request: HttpRequest, submission_id: str, found: Submission, act: Callable[[str], object], *, back: bool = False
) -> HttpResponse:
    form = ReasonForm(request.POST)
    if form.is_valid():
        try:
            act(form.cleaned_data["reason"])
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, gettext("It is sent.") if back else gettext("It is decided."))
            return redirect("evidence", submission_id) if back else redirect("desk")
    return _page(request, submission_id, _found(submission_id), form)


def _page(request: HttpRequest, submission_id: str, found: Submission, form: ReasonForm) -> HttpResponse:
    verdict = queries.verdict_of(found.capture_id)
    text = queries.evidence_text(found.capture_id)
    facts = evidences.from_json(text) if text else None
    bounty, dispute = found.bounty, desk.dispute_of(found.id)
    runs = dispute is not None and dispute.state in DISPUTE_RUNS
    ours = found.state == SubmissionState.IN_REVIEW and found.reviewer == Submission.Reviewer.OPERATOR
    asked = Place.of_e7(bounty.latitude_e7, bounty.longitude_e7)
    questions = {each["id"]: each["text"] for each in bounty.questions}
    shown = {
        "submission_id": submission_id,
        "submission": found,
        "bounty": bounty,
        "verdict": verdict,
        "checks": sorted(verdict.checks, key=lambda each: _READ_FIRST.index(each.outcome)) if verdict else (),
        "pictures": queries.copies_of(found.capture_id),
        "asked": asked,
        "map": basemap.addresses(),
        "drawing": trail.draw(geo.place(asked.lat, asked.lng), bounty.radius_m, facts.session.fixes) if facts else None,
        "session": facts.session if facts else None,
        "answers": [(questions.get(each["question_id"], each["question_id"]), each) for each in found.answers],
        "dispute": dispute,
        "dispute_ground": sentence_of(dispute.ground) if dispute else "",
        "dispute_runs": runs,
        "said": desk.messages_of(dispute) if dispute else (),
        "review_choices": money.of_review(found) if ours else (),
        "dispute_choices": money.of_dispute(found, dispute) if dispute is not None and runs else (),
        "grounds": REJECTION.values(),
        "acts": desk.acts_on(found.id, *([dispute.id] if dispute else [])),
        "form": form,
    }
    return render(request, "ops/submission.html", shown)
