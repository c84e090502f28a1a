"""OpenTelemetry: traces of requests, tasks and queries, when OTEL_EXPORTER_OTLP_ENDPOINT says where to send them.

Without it nothing of OpenTelemetry is imported. What leaves the house is as clean as the logs: addresses without their
query, queries without their values, no client's address.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

import structlog

from market.config import config

if TYPE_CHECKING:
    from django.http import HttpRequest
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span, SpanContext

Role = Literal["web", "waits", "worker", "beat", "command"]

_provider: "TracerProvider | None" = None


def start(role: Role) -> bool:
    """Begin tracing in this process, once, where tracing is configured. Before Django's handler is made.

    The exporter's thread does not survive a fork: a process that forks starts this in its children.
    """
    global _provider  # noqa: PLW0603 - one for a process, as OpenTelemetry has it
    if not config.otel_exporter_otlp_endpoint or _provider is not None:
        return False
    _hand_on_settings()
    from celery import signals
    from opentelemetry import trace
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.instrumentation.celery import CeleryInstrumentor
    from opentelemetry.instrumentation.django import DjangoInstrumentor
    from opentelemetry.instrumentation.psycopg import PsycopgInstrumentor
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    _provider = TracerProvider(
        resource=Resource.create({"service.version": config.sightline_revision, "sightline.role": role})
    )
    _provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(_provider)
    if role in ("web", "waits"):
        DjangoInstrumentor().instrument(
            request_hook=_begin_request,
            # Below market.middleware.told, which gives every answer its request id, also when this one refuses a host.
            middleware_position=1,
            excluded_urls="^https?://[^/]+/(healthz|readyz|metrics)$",
        )
    PsycopgInstrumentor().instrument()
    CeleryInstrumentor().instrument()  # type: ignore[no-untyped-call]
    # Connected after it, and so called when the task's span has begun.
    signals.task_prerun.connect(_begin_task, weak=False)
    return True


def stop() -> None:
    """Send what is waiting. For a process that ends without Python's own farewell."""
    if _provider is not None:
        _provider.shutdown()


def current() -> dict[str, str]:
    """The trace that this moment belongs to, as the log lines name it. Empty when there is none."""
    if _provider is None:
        return {}
    from opentelemetry import trace

    return _named(trace.get_current_span().get_span_context())


def is_on() -> bool:
    return _provider is not None


@contextmanager
def query(statement: str) -> Iterator[None]:
    """Around one that goes past the cursors which the instrumentation knows. Where tracing is on."""
    from opentelemetry import trace

    with trace.get_tracer("market").start_as_current_span(
        statement.split(maxsplit=1)[0],
        kind=trace.SpanKind.CLIENT,
        attributes={"db.system": "postgresql", "db.statement": statement},
    ):
        yield


def _named(context: "SpanContext") -> dict[str, str]:
    from opentelemetry import trace

    if not context.is_valid:
        return {}
    return {"trace_id": trace.format_trace_id(context.trace_id), "span_id": trace.format_span_id(context.span_id)}


def _hand_on_settings() -> None:
    """OpenTelemetry reads the environment itself; what stands in .env is not there yet."""
    for name, value in (
        ("OTEL_EXPORTER_OTLP_ENDPOINT", config.otel_exporter_otlp_endpoint),
        ("OTEL_EXPORTER_OTLP_HEADERS", config.otel_exporter_otlp_headers.get_secret_value()),
        ("OTEL_SERVICE_NAME", config.otel_service_name),
        ("OTEL_RESOURCE_ATTRIBUTES", config.otel_resource_attributes),
        ("OTEL_TRACES_SAMPLER", config.otel_traces_sampler),
        ("OTEL_TRACES_SAMPLER_ARG", config.otel_traces_sampler_arg),
    ):
        if value:
            os.environ.setdefault(name, value)


def _begin_task(**_: Any) -> None:
    structlog.contextvars.bind_contextvars(**current())


def _begin_request(span: "Span", request: "HttpRequest") -> None:
    # The request's last log lines are written when its span is over: they are told its trace here.
    structlog.contextvars.bind_contextvars(**_named(span.get_span_context()))
    if span.is_recording():
        _keep_to_ourselves(span)


def _keep_to_ourselves(span: "Span") -> None:
    """A query may hold a signed link's secret, and a client's address is a person's."""
    attributes: Any = getattr(span, "attributes", None) or {}
    for name in ("http.url", "http.target", "url.full"):
        if name in attributes:
            span.set_attribute(name, str(attributes[name]).partition("?")[0])
    for name in ("url.query", "net.peer.ip", "net.peer.name", "client.address", "http.client_ip", "http.user_agent"):
        if name in attributes:
            span.set_attribute(name, "")
