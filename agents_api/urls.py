"""Every address of the API, below /v1."""

from django.urls import path

from agents_api.views import agents, bounties, nowhere

urlpatterns = [
    path("agents", agents.Agents.as_view()),
    path("account", agents.ThisAccount.as_view()),
    path("balance", agents.Balance.as_view()),
    path("quotes", bounties.Quotes.as_view()),
    path("bounties", bounties.Bounties.as_view()),
    path("bounties/<str:bounty_id>", bounties.OneBounty.as_view()),
    path("bounties/<str:bounty_id>/cancel", bounties.Cancellation.as_view()),
    path("", nowhere.Nowhere.as_view()),
    path("<path:rest>", nowhere.Nowhere.as_view()),
]
