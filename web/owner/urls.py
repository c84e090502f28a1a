"""The addresses of the owners' pages."""

from django.urls import path

from web.owner import claiming, keys, money, pages, paying

urlpatterns = [
    path("", pages.agents, name="owner"),
    path("live", paying.go_live, name="go_live"),
    path("claim/<str:token>", claiming.claim, name="claim_agent"),
    path("agents/<str:agent_id>", pages.agent, name="owned_agent"),
    path("agents/<str:agent_id>/bounties", pages.bounties, name="owned_bounties"),
    path("agents/<str:agent_id>/ledger", money.ledger, name="owned_ledger"),
    path("agents/<str:agent_id>/top-up", money.top_up, name="top_up"),
    path("agents/<str:agent_id>/pay-back", paying.pay_back, name="pay_back"),
    path("agents/<str:agent_id>/automatic", paying.automatic_top_up, name="automatic_top_up"),
    path("agents/<str:agent_id>/automatic/stop", paying.stop_topping_up, name="stop_topping_up"),
    path("agents/<str:agent_id>/keys", keys.keys, name="owned_keys"),
    path("agents/<str:agent_id>/keys/<str:key_id>", keys.limit, name="limit_key"),
    path("agents/<str:agent_id>/keys/<str:key_id>/revoke", keys.revoke, name="revoke_key"),
]
