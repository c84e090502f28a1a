"""What comes next, in commands: whoever is at a shell makes no calls."""

from sightline.types import Bounty, NextAction, Result

_SILENCE = {"accepts": "silence accepts and pays", "rejects": "silence rejects", "passes_on": "then it is your turn"}


def next_of_bounty(bounty: Bounty) -> str:
    action, bounty_id = bounty["next_action"], bounty["id"]
    do = action["do"]
    if do == "wait":
        return f"Next: sightline wait {bounty_id}{_until(action)}"
    if do in ("review", "read_results"):
        return f"Next: sightline results {bounty_id} --save pictures{_until(action)}"
    call = action["call"]
    return f"Next: {do}" + (f" ({call['method']} {call['path']})" if call else "") + _until(action)


def next_of_result(result: Result) -> list[str]:
    """Nothing where nothing is asked of the buyer."""
    action = result["next_action"]
    if action["do"] == "review":
        return [f"Next: sightline review {result['id']} --accept, or --reject GROUND --note WHY{_until(action)}"]
    return [f"Somebody else looks at it first{_until(action)}"] if action["do"] == "wait" else []


def _until(action: NextAction) -> str:
    if not action["until"]:
        return ""
    silence = _SILENCE.get(action.get("silence", ""))
    return f", until {action['until']}" + (f": {silence}" if silence else "")
