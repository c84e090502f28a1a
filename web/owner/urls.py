"""The addresses of the owners' pages."""

from django.urls import path

from web.owner import claiming, keys, money, pages

urlpatterns = [
    path("", pages.agents, name="owner"),
    path("claim/<str:token>", claiming.claim, name="claim_agent"),
    path("agents/<str:agent_id>", pages.agent, name="owned_agent"),
    path("agents/<str:agent_id>/ledger", money.ledger, name="owned_ledger"),
    path("agents/<str:agent_id>/top-up", money.top_up, name="top_up"),
    path("agents/<str:agent_id>/keys", keys.keys, name="owned_keys"),
    path("agents/<str:agent_id>/keys/<str:key_id>", keys.limit, name="limit_key"),
    path("agents/<str:agent_id>/keys/<str:key_id>/revoke", keys.revoke, name="revoke_key"),
]
