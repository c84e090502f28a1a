"""The agents' door for models: ten tools at /mcp, each of which asks the API below /v1 as any client does.

So keys, scopes, caps, rate limits, idempotency and refusals are the API's own, and no rule stands here twice.
"""
