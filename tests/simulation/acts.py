"""What each actor may do in the model, and what comes of it. `Refused` where the exchange has to refuse.

Everything here refuses before it changes anything.
"""

from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from tests.simulation.model import (
    COUNTING_CLAIMS,
    ENDED_SLOTS,
    HOUR,
    LIVE_CLAIMS_PER_SCOUT,
    RUNNING_DISPUTES,
    Bounty,
    Claim,
    Dispute,
    Model,
    Payout,
    Refused,
    Report,
    Submission,
    house,
)

ENDS = ("completed", "expired", "cancelled", "refused")


def require(condition: object, code: str) -> None:
    if not condition:
        raise Refused(code)


# --- the buyer and the bounty -----------------------------------------------------------------------------------------


def post(model: Model, bounty: Bounty) -> None:
    if bounty.state == "open":
        model.open(bounty, bounty.key)
    model.bounties.append(bounty)


def fund(model: Model, bounty: Bounty) -> None:
    require(bounty.state == "unfunded", "wrong_state")
    require(model.now(bounty) < bounty.closes_at, "window_over")
    model.open(bounty, model.keys.get(bounty.buyer))


def allow(model: Model, bounty: Bounty) -> None:
    require(bounty.state == "screening", "wrong_state")
    require(model.now(bounty) < bounty.closes_at, "window_over")
    bounty.state = "unfunded"
    key = bounty.key
    if key is None or key.ends_at is None or key.ends_at > model.at:
        with suppress(Refused):  # then it waits for money
            model.open(bounty, key)


def refuse(model: Model, bounty: Bounty) -> None:
    require(bounty.state == "screening", "wrong_state")
    bounty.state, bounty.due_at = "refused", None


def cancel(model: Model, bounty: Bounty) -> None:
    if "cancelled" in (bounty.state, bounty.closing_as):
        return
    require(bounty.state in ("screening", "unfunded", "open"), "wrong_state")
    if bounty.state == "open":
        close(model, bounty, "cancelled")
    else:
        bounty.state, bounty.due_at = "cancelled", None


def close(model: Model, bounty: Bounty, because: str) -> None:
    bounty.state, bounty.closing_as, bounty.due_at = "closing", because, None
    model.record(bounty)


def edit_title(model: Model, bounty: Bounty, *, doubtful: bool) -> None:
    require(bounty.state not in ENDS, "wrong_state")
    require(bounty.state != "closing" and not bounty.claims, "already_relied_upon")
    if doubtful and bounty.state != "screening":
        require(bounty.state != "open", "new_words_need_screening")
        bounty.state = "screening"
    model.record(bounty)


def edit_closing(model: Model, bounty: Bounty, closes_at: datetime) -> None:
    require(bounty.state not in ENDS, "wrong_state")
    require(bounty.state != "closing", "wrong_state")
    now = model.now(bounty)
    require(closes_at >= bounty.closes_at, "already_relied_upon")
    require(closes_at > now, "window_out_of_bounds")
    require(closes_at - max(bounty.opens_at, now) >= HOUR / 4, "window_out_of_bounds")
    require(closes_at - now <= timedelta(days=90), "window_out_of_bounds")
    bounty.closes_at = bounty.due_at = closes_at


# --- the scout and the claim ------------------------------------------------------------------------------------------


def require_same_mode(model: Model, bounty: Bounty, scout: UUID) -> None:
    require(bounty.opened and model.modes[scout] == model.modes[bounty.buyer], "no_such_bounty")


def check_claim(model: Model, bounty: Bounty, scout: UUID) -> None:
    now = model.now(bounty)
    require_same_mode(model, bounty, scout)
    require(bounty.state == "open", "not_on_offer")
    require(now < bounty.closes_at, "window_over")
    require(now >= bounty.opens_at - HOUR, "not_yet_open")
    require(bounty.free, "no_free_slot")
    require(model.reputation(scout) >= bounty.least_reputation, "reputation_too_low")
    counted = any(each.scout == scout and each.state in COUNTING_CLAIMS for each in bounty.claims)
    require(model.live_claims_of(scout) < LIVE_CLAIMS_PER_SCOUT, "too_many_claims")
    require(not (bounty.distinct and (counted or model.answered(bounty, scout))), "already_claimed")


def claim(model: Model, made: Claim) -> None:
    """Which slot it is and how long it lasts is the exchange's to say, within bounds."""
    bounty, now = made.bounty, model.now(made.bounty)
    check_claim(model, bounty, made.scout)
    assert made.slot.state == "open"
    assert now < made.expires_at <= min(bounty.closes_at, now + 4 * HOUR)
    assert made.expires_at >= min(bounty.closes_at, now + HOUR / 2)
    assert made.upload_by == made.expires_at + 24 * HOUR
    made.slot.state = "claimed"
    bounty.claims.append(made)
    model.claims.append(made)


def require_running(model: Model, claim: Claim) -> None:
    require(claim.state == "live" and claim.expires_at > model.now(claim.bounty), "wrong_state")


def release(model: Model, claim: Claim) -> None:
    if claim.state == "released":
        return
    require_running(model, claim)
    claim.state, claim.upload_by = "released", model.now(claim.bounty)
    model.seat(claim.slot)
    model.record(claim.bounty)


def extend(model: Model, claim: Claim) -> None:
    require_running(model, claim)
    require(not claim.extended, "already_extended")
    require(not claim.on_site, "already_there")
    end = min(claim.expires_at + HOUR / 2, claim.bounty.closes_at)
    require(end > claim.expires_at, "nothing_to_extend")
    claim.expires_at, claim.upload_by, claim.extended = end, end + 24 * HOUR, True
    model.record(claim.bounty)


def arrive(model: Model, claim: Claim) -> None:
    require_running(model, claim)
    if not claim.on_site:
        claim.on_site = True
        model.record(claim.bounty)


def submit(
    model: Model, claim: Claim, *, capture_id: UUID, submission_id: UUID | None, captured_at: datetime, blocked: bool
) -> None:
    if any(each.capture_id == capture_id for each in claim.submissions):
        return
    require(claim.state not in ("submitted", "fulfilled", "failed"), "already_submitted")
    require(not any(each.state == "set_aside" for each in claim.submissions), "already_submitted")
    require(claim.award is None, "already_submitted")
    because = _seat_submission(model, claim, captured_at + model.ahead[claim.bounty.buyer])
    made = Submission(submission_id or UUID(int=0), capture_id, claim, claim.slot, blocked)
    claim.submissions.append(made)
    model.submissions.append(made)
    if because:
        model.set_aside(made, because)
    else:
        claim.state = "submitted"
        model.seat(claim.slot)
    model.record(claim.bounty)


def _seat_submission(model: Model, claim: Claim, captured_at: datetime) -> str:
    now = model.now(claim.bounty)
    if claim.state == "ended":
        return "slot_filled"
    if claim.state == "released" or min(captured_at, now) > claim.expires_at or now > claim.upload_by:
        if claim.state == "live":
            lapse(model, claim)
        return "late"
    return _seat_again(model, claim) if claim.state == "expired" else ""


def _seat_again(model: Model, claim: Claim) -> str:
    bounty = claim.bounty
    if bounty.state not in ("open", "closing"):
        return "slot_filled"
    if claim.slot.state != "open":
        free = next((slot for slot in bounty.slots if slot.state == "open"), None)
        if free is None and claim.slot.state in ENDED_SLOTS:
            return "slot_filled"
        claim.slot = free or claim.slot
    if bounty.distinct:
        if model.answered(bounty, claim.scout, besides=claim):
            return "slot_filled"
        model.end_newer(claim)
    return ""


def lapse(model: Model, claim: Claim) -> None:
    claim.state = "expired"
    model.owe(claim.slot, claim.upload_by)
    model.seat(claim.slot)


# --- verdicts and reviews ---------------------------------------------------------------------------------------------


def record_verdict(
    model: Model, submission: Submission, outcome: str, *, retake: bool, reviewer: str, silence_pays: bool
) -> None:
    if submission.judged:
        return
    submission.judged, submission.silence_pays = True, silence_pays
    if submission.state != "verifying":
        return
    if outcome == "reject":
        model.reject(submission, "machine", retake=retake)
    elif outcome == "review" or submission.bounty.review == "buyer":
        model.send_to_review(submission, reviewer)
    else:
        model.accept(submission, "machine")
    model.record(submission.bounty)


def require_review(submission: Submission, reviewer: str) -> None:
    require(submission.state == "in_review", "wrong_state")
    require(submission.reviewer == reviewer, "not_yours_to_review")


def accept(model: Model, submission: Submission, by: str) -> None:
    require_seen(submission, by)
    if by == "buyer" and submission.state == "accepted":
        return
    require_review(submission, by)
    model.accept(submission, by)
    model.record(submission.bounty)


def reject(model: Model, submission: Submission, by: str, *, retake: bool) -> None:
    require_seen(submission, by)
    require_review(submission, by)
    model.reject(submission, by, retake=retake)
    model.record(submission.bounty)


def require_seen(submission: Submission, by: str) -> None:
    """A buyer knows of no submission before its verdict, nor of one that was set aside."""
    require(by != "buyer" or submission.state not in ("verifying", "set_aside"), "no_such_submission")


# --- disputes ---------------------------------------------------------------------------------------------------------


def appeal(model: Model, submission: Submission, dispute_id: UUID | None) -> None:
    require(submission.state in ("rejected", "set_aside"), "wrong_state")
    require(submission.decided_by != "ruling", "decision_is_final")
    require(submission.claim.award is None, "already_paid")
    assert submission.appeal_by is not None
    require(model.now(submission.bounty) <= submission.appeal_by, "too_late_to_contest")
    require("scout" not in submission.disputes, "already_contested")
    _contest(model, submission, "scout", dispute_id)


def dispute(model: Model, submission: Submission, dispute_id: UUID | None) -> None:
    require_seen(submission, "buyer")
    require(submission.state == "accepted", "wrong_state")
    require(submission.decided_by != "ruling", "decision_is_final")
    award = submission.award
    assert award is not None
    require(award.state != "contested", "already_contested")
    in_time = award.settles_at > model.now(submission.bounty)
    require(in_time and award.state == "pending", "too_late_to_contest")
    require("buyer" not in submission.disputes, "already_contested")
    award.state = "contested"
    _contest(model, submission, "buyer", dispute_id)


def _contest(model: Model, submission: Submission, side: str, dispute_id: UUID | None) -> None:
    rule_by = model.now(submission.bounty) + timedelta(days=7)
    made = Dispute(dispute_id or UUID(int=0), submission, side, rule_by)
    submission.disputes[side] = made
    model.disputes.append(made)
    model.record(submission.bounty)


def answer(model: Model, dispute: Dispute, side: str) -> None:
    require(dispute.opened_by != side and dispute.state == "open", "wrong_state")
    dispute.state = "answered"
    dispute.written[side] += 1
    model.record(dispute.submission.bounty)


def message(model: Model, dispute: Dispute, side: str) -> None:
    require(dispute.state in RUNNING_DISPUTES, "wrong_state")
    require(side == "operator" or dispute.written[side] < 20, "too_many_messages")
    dispute.written[side] += 1
    model.record(dispute.submission.bounty)


def withdraw(model: Model, dispute: Dispute, side: str) -> None:
    require(dispute.opened_by == side, "wrong_state")
    if dispute.state == "withdrawn":
        return
    require(dispute.state in RUNNING_DISPUTES, "wrong_state")
    dispute.state = "withdrawn"
    award = dispute.submission.award
    if side == "buyer" and award is not None and award.state == "contested":
        award.state = "pending"
    model.record(dispute.submission.bounty)


def rule(model: Model, dispute: Dispute, ruling: str) -> None:
    require(dispute.state in RUNNING_DISPUTES, "wrong_state")
    submission = dispute.submission
    dispute.state, dispute.ruling = "ruled", ruling
    if dispute.opened_by == "buyer":
        assert submission.award is not None
        if ruling == "for_scout":
            model.settle(submission.award)
        else:
            model.reverse(submission.award)
            model.reject(submission, "ruling", retake=False)
    elif ruling == "for_scout":
        bounty, claim = submission.bounty, submission.claim
        again = bounty.distinct and model.answered(bounty, claim.scout, besides=claim)
        if again or submission.slot.state in ENDED_SLOTS:
            model.compensate(submission)
        else:
            if bounty.distinct:
                model.end_newer(claim)
            model.accept(submission, "ruling")
    model.record(submission.bounty)


# --- reports ---------------------------------------------------------------------------------------------------------


def report(model: Model, bounty: Bounty, scout: UUID, report_id: UUID | None) -> None:
    require_same_mode(model, bounty, scout)
    theirs = [each for each in model.reports if each.scout == scout]
    if any(each.bounty is bounty for each in theirs):
        return
    require(bounty.state not in ENDS, "wrong_state")
    require(sum(each.at > model.at - 24 * HOUR for each in theirs) < 10, "too_many_reports")
    model.reports.append(Report(report_id or UUID(int=0), bounty, scout, model.at))


def keep(model: Model, bounty: Bounty) -> None:
    for each in _waiting_reports(model, bounty):
        each.state = "dismissed"


def take_off(model: Model, bounty: Bounty) -> None:
    for each in _waiting_reports(model, bounty):
        each.state = "upheld"
    if bounty.state not in ("open", "closing"):
        return
    for claim in bounty.claims:
        if claim.state == "live":
            claim.state = "ended"
            model.seat(claim.slot)
    if bounty.state == "open":
        close(model, bounty, "cancelled")
    else:
        model.record(bounty)


def _waiting_reports(model: Model, bounty: Bounty) -> list[Report]:
    waiting = [each for each in model.reports if each.bounty is bounty and each.state == "open"]
    require(waiting, "wrong_state")
    return waiting


# --- payouts ----------------------------------------------------------------------------------------------------------


def request_payout(model: Model, scout: UUID, payout_id: UUID | None, asked: int | None) -> None:
    available = model.money["scout_available", scout]
    amount = available // 10_000 * 10_000 if asked is None else asked
    require(amount >= 1_000_000, "nothing_to_pay_out")
    require(amount <= available, "insufficient_funds")
    model.move(amount, ("scout_available", scout), ("payout_in_flight", scout))
    model.payouts.append(Payout(payout_id or UUID(int=0), scout, amount))


def send_payout(model: Model, payout: Payout) -> None:
    """The play rail: underway at first, there two seconds later."""
    if payout.state == "requested":
        payout.state, payout.sending_at = "sending", model.time_of(payout.scout)
    if payout.state != "sending":
        return
    assert payout.sending_at is not None
    if model.time_of(payout.scout) >= payout.sending_at + timedelta(seconds=2):
        payout.state = "paid"
        model.move(payout.amount, ("payout_in_flight", payout.scout), house("faucet", "test"))


def fail_payout(model: Model, payout: Payout) -> None:
    if payout.state == "sending":
        payout.state = "failed"
        model.move(payout.amount, ("payout_in_flight", payout.scout), ("scout_available", payout.scout))
