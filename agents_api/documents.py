"""The addresses of what is written for agents: below /docs, and where programs look first."""

from django.urls import path

from agents_api.views import documents as openapi
from agents_api.views import errors, finding, guides

below_docs = [
    path("", guides.index),
    path("errors", errors.every_error),
    path("errors/<slug:code>", errors.one_error),
    path("<slug:name>.md", guides.as_markdown),
    path("<slug:name>", guides.negotiated),
]

at_the_root = [
    path("openapi.json", openapi.JsonDocument.as_view()),
    path("openapi.yaml", openapi.YamlDocument.as_view()),
    path("arazzo.yaml", openapi.workflow),
    path("llms.txt", guides.llms),
    path("SKILL.md", guides.as_markdown, {"name": "skill"}),
    path("auth.md", guides.as_markdown, {"name": "auth"}),
    path("robots.txt", finding.robots),
    path("sitemap.xml", finding.sitemap),
    path(".well-known/api-catalog", finding.api_catalog),
    path(".well-known/ai-catalog.json", finding.ai_catalog),
    path(".well-known/mcp/server-card.json", finding.server_card),
    path("mcp/server-card", finding.server_card),
    path(".well-known/security.txt", finding.security_txt),
]
