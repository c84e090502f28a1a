"""Posts, waits, gets and accepts with a client that openapi-python-client has made of our document.

Run by the environment of the checkers, with the folder of the client and the address of a house; prints what came of
it. It knows of the API what the generated names say, and nothing else.
"""

import json
import sys
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any


def walk(url: str) -> dict[str, Any]:
    from sightline_client import AuthenticatedClient, Client
    from sightline_client.api.agents import create_agent
    from sightline_client.api.bounties import get_bounty, post_bounty
    from sightline_client.api.events import list_events
    from sightline_client.api.results import accept_result, get_result, list_results
    from sightline_client.models import BountyPost, Problem, SignUp

    made = create_agent.sync(client=Client(base_url=url), body=SignUp(name="Generated"))
    client = AuthenticatedClient(base_url=url, token=made.key, timeout=90)
    wish = {
        "title": "Is the bakery open?",
        "questions": ["Is the bakery on the corner open right now?"],
        "place": {"lat": 52.52, "lng": 13.405, "radius_m": 60},
        "window": {"closes_at": (datetime.now(UTC) + timedelta(hours=6)).isoformat()},
        "reward": "2.50",
        "simulate": {"outcome": "good"},
    }
    bounty = post_bounty.sync(client=client, body=BountyPost.from_dict(wish), idempotency_key=str(uuid.uuid4()))
    if isinstance(bounty, Problem):
        raise SystemExit(bounty.to_dict())
    while bounty.next_action.do == "wait":
        bounty = get_bounty.sync(bounty.id, client=client, wait=45, since_version=bounty.version)
    [result] = list_results.sync(bounty.id, client=client).data
    accepted = accept_result.sync(result.id, client=client, idempotency_key=str(uuid.uuid4()))
    read = get_result.sync(result.id, client=client)
    told = list_events.sync(client=client)
    return {
        "waited": bounty.next_action.do,
        "reviewed": result.status,
        "accepted": accepted.status,
        "read": read.status,
        "answers": [answer.scout_value for answer in read.answers],
        "told": [type(event).__name__ for event in told.data],
    }


if __name__ == "__main__":
    sys.path.insert(0, sys.argv[1])
    print(json.dumps(walk(sys.argv[2])))
