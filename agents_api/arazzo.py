"""The loop as an Arazzo workflow: what a program runs, step by step, that would rather not read the skill.

It names operations of the OpenAPI document and nothing that is not in it. The key and the ids go from step to step;
what only the caller can know (when it stops being worth the money, and a name for this attempt) are its inputs.
"""

from typing import Any

from agents_api.views.agents import DOCUMENTS
from market.config import config

# Below the half minute after which many an HTTP client gives up by itself; asked again for as long as a bounty of play
# money may reasonably take.
_WAIT_SECONDS = 25
_WAITS = 24
_SUMMARY = "Sign up, ask the price, post with a simulated scout, wait, look at the result, accept it."
_AUTHORIZATION = {"reference": "$components.parameters.authorization"}
_IS_OK = {"condition": "$statusCode == 200"}
_IS_MADE = {"condition": "$statusCode == 201"}
_WISH = {
    "title": "Is the bakery open?",
    "questions": [{"id": "open", "text": "Is the bakery on the corner open right now?", "type": "yes_no"}],
    "criteria": ["The shop front is visible"],
    "place": {"lat": 52.52, "lng": 13.405, "radius_m": 60},
    "window": {"closes_at": "$inputs.closes_at"},
    "reward": "2.50",
}


def document() -> dict[str, Any]:
    return {
        "arazzo": "1.0.1",
        "info": {
            "title": "Sightline: from nothing to an observation",
            "summary": _SUMMARY,
            "description": "With play money: no account is needed, and no person goes. Run it live with "
            "`redocly respect`, or follow it step by step. For live money leave out the sign-up and `simulate`.",
            "version": "1.0.0",
        },
        "sourceDescriptions": [
            {"name": "sightline", "type": "openapi", "url": f"{config.public_url}{DOCUMENTS['openapi']}"}
        ],
        "workflows": [
            {
                "workflowId": "buy_an_observation",
                "summary": _SUMMARY,
                "inputs": {
                    "type": "object",
                    "required": ["closes_at", "once"],
                    "properties": {
                        # No `format`: a runner that does not know it may refuse the input instead of passing it on.
                        "closes_at": {
                            "type": "string",
                            "description": "Until when a scout may look, as RFC 3339; some hours from now.",
                        },
                        "once": {
                            "type": "string",
                            "description": "Your name for this bounty: sent again, it is the same one.",
                        },
                    },
                },
                "steps": _steps(),
                "outputs": {
                    "bounty_id": "$steps.post.outputs.bounty_id",
                    "result_id": "$steps.find_result.outputs.result_id",
                    "answers": "$steps.look.outputs.answers",
                },
            }
        ],
        "components": {
            "parameters": {
                "authorization": {
                    "name": "Authorization",
                    "in": "header",
                    "value": "Bearer {$steps.sign_up.outputs.key}",
                }
            }
        },
    }


def _steps() -> list[dict[str, Any]]:
    return [
        {
            "stepId": "sign_up",
            "description": "A key and play money, at once. The key is told only here.",
            "operationId": "create_agent",
            "requestBody": _json({"name": "Bakery watcher"}),
            "successCriteria": [_IS_MADE],
            "outputs": {"key": "$response.body#/key"},
        },
        {
            "stepId": "ask_the_price",
            "description": "What it would cost and whether it is allowed. Nothing is held yet.",
            "operationId": "quote",
            "parameters": [_AUTHORIZATION],
            "requestBody": _json(_WISH),
            "successCriteria": [_IS_OK, {"condition": '$response.body#/policy/outcome == "allow"'}],
            "outputs": {"total": "$response.body#/total"},
        },
        {
            "stepId": "post",
            "description": "The same with a simulated scout, who goes through everything that a person goes through.",
            "operationId": "post_bounty",
            "parameters": [_AUTHORIZATION, _once("$inputs.once")],
            "requestBody": _json({**_WISH, "simulate": {"outcome": "good"}}),
            "successCriteria": [_IS_MADE],
            "outputs": {"bounty_id": "$response.body#/id"},
        },
        {
            "stepId": "wait",
            "description": "Comes back as soon as there is a result; otherwise is asked again.",
            "operationId": "get_bounty",
            "parameters": [
                _AUTHORIZATION,
                {"name": "bounty_id", "in": "path", "value": "$steps.post.outputs.bounty_id"},
                {"name": "wait", "in": "query", "value": _WAIT_SECONDS},
                {"name": "results", "in": "query", "value": 1},
            ],
            "successCriteria": [_IS_OK, {"condition": '$response.body#/next_action/do == "review"'}],
            "onFailure": [
                {
                    "name": "nobody_has_looked_yet",
                    "type": "retry",
                    "retryAfter": 1,
                    "retryLimit": _WAITS,
                    "criteria": [_IS_OK, {"condition": '$response.body#/next_action/do == "wait"'}],
                }
            ],
        },
        {
            "stepId": "find_result",
            "description": "Which result it is.",
            "operationId": "list_results",
            "parameters": [
                _AUTHORIZATION,
                {"name": "bounty_id", "in": "path", "value": "$steps.post.outputs.bounty_id"},
            ],
            "successCriteria": [_IS_OK],
            "outputs": {"result_id": "$response.body#/data/0/id"},
        },
        {
            "stepId": "look",
            "description": "What the scout says, what the checks found, and the pictures. Look before you accept.",
            "operationId": "get_result",
            "parameters": [_AUTHORIZATION, _the_result()],
            "successCriteria": [_IS_OK, {"condition": '$response.body#/status == "in_review"'}],
            "outputs": {"answers": "$response.body#/answers", "media": "$response.body#/media"},
        },
        {
            "stepId": "accept",
            "description": "The scout is paid. A result is accepted once, so its own id says which request this is.",
            "operationId": "accept_result",
            "parameters": [_AUTHORIZATION, _the_result(), _once("$steps.find_result.outputs.result_id")],
            "requestBody": _json({}),
            "successCriteria": [_IS_OK, {"condition": '$response.body#/status == "accepted"'}],
        },
    ]


def _json(payload: dict[str, Any]) -> dict[str, Any]:
    return {"contentType": "application/json", "payload": payload}


def _once(value: str) -> dict[str, Any]:
    return {"name": "Idempotency-Key", "in": "header", "value": value}


def _the_result() -> dict[str, Any]:
    return {"name": "result_id", "in": "path", "value": "$steps.find_result.outputs.result_id"}
