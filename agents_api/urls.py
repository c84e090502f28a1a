"""Every address of the API, below /v1."""

from django.urls import path

from agents_api import waiting
from agents_api.views import (
    agents,
    batches,
    bounties,
    clock,
    disputes,
    documents,
    events,
    keys,
    media,
    money,
    nowhere,
    quotes,
    results,
    sandbox,
    stream,
    webhooks,
)
from market import roles

# Where waiting is waited: the ASGI process. Workers serve the same endpoints without, and never run an event loop.
waits = roles.current() == "waits"

# Bounties are asked for most, and addresses are tried in this order.
urlpatterns = [
    path("bounties", bounties.Bounties.as_view()),
    path("bounties/batch", batches.Batches.as_view()),
    path("bounties/<str:bounty_id>", waiting.one_bounty)
    if waits
    else path("bounties/<str:bounty_id>", bounties.OneBounty.as_view()),
    path("bounties/<str:bounty_id>/cancel", bounties.Cancellation.as_view()),
    path("bounties/<str:bounty_id>/fund", bounties.Funding.as_view()),
    path("bounties/<str:bounty_id>/results", results.ResultsOfBounty.as_view()),
    path("agents", agents.Agents.as_view()),
    path("account", agents.ThisAccount.as_view()),
    path("balance", money.Balance.as_view()),
    path("ledger", money.Ledger.as_view()),
    path("deposits", money.Deposits.as_view()),
    path("deposits/<str:deposit_id>", money.OneDeposit.as_view()),
    path("test/clock", clock.Clock.as_view()),
    path("test/bounties/<str:bounty_id>/simulate", sandbox.Simulations.as_view()),
    path("keys", keys.Keys.as_view()),
    path("keys/<str:key_id>", keys.OneKey.as_view()),
    path("keys/<str:key_id>/rotate", keys.Rotation.as_view()),
    path("quotes", quotes.Quotes.as_view()),
    path("results/<str:result_id>", waiting.one_result if waits else results.OneResult.as_view()),
    path("results/<str:result_id>/accept", results.Acceptance.as_view()),
    path("results/<str:result_id>/reject", results.Rejection.as_view()),
    path("results/<str:result_id>/media", media.Picture.as_view()),
    path("disputes", disputes.Disputes.as_view()),
    path("disputes/<str:dispute_id>", waiting.one_dispute if waits else disputes.OneDispute.as_view()),
    path("disputes/<str:dispute_id>/messages", disputes.DisputeMessages.as_view()),
    path("disputes/<str:dispute_id>/withdraw", disputes.Withdrawal.as_view()),
    path("events", waiting.events) if waits else path("events", events.Events.as_view()),
    path("events/stream", waiting.stream) if waits else path("events/stream", stream.Stream.as_view()),
    path("webhook-endpoints", webhooks.WebhookEndpoints.as_view()),
    path("webhook-endpoints/<str:webhook_endpoint_id>", webhooks.OneWebhookEndpoint.as_view()),
    path("webhook-endpoints/<str:webhook_endpoint_id>/rotate-secret", webhooks.SecretRotation.as_view()),
    path("webhook-endpoints/<str:webhook_endpoint_id>/test", webhooks.TestMessage.as_view()),
    path("webhook-endpoints/<str:webhook_endpoint_id>/deliveries", webhooks.Deliveries.as_view()),
    path("webhook-endpoints/<str:webhook_endpoint_id>/redeliver", webhooks.Redelivery.as_view()),
    path("openapi.json", documents.JsonDocument.as_view()),
    path("openapi.yaml", documents.YamlDocument.as_view()),
    path("", nowhere.Nowhere.as_view()),
    path("<path:rest>", nowhere.Nowhere.as_view()),
]
