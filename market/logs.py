"""Logs: one JSON object a line, with the request id of whoever set things going, through to the tasks.

What is logged by Django, Celery, granian or a library takes the same form. Secrets and personal data are taken out
here, last, whoever put them in: see market/redaction.py.
"""

import logging
import logging.config
from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any

import structlog

from market import tracing
from market.redaction import redact

if TYPE_CHECKING:
    from market.config import Config


def configure_logging(config: "Config") -> None:
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"line": {"()": "market.logs.line"}},
            "handlers": {
                "stderr": {"class": "logging.StreamHandler", "formatter": "line"},
                "nowhere": {"class": "logging.NullHandler"},
            },
            "root": {"handlers": ["stderr"], "level": config.log_level},
            "loggers": {
                # granian gives its loggers handlers of their own before the application is loaded.
                "_granian": {"handlers": [], "propagate": True},
                "granian.access": {"handlers": [], "propagate": True},
                # Whoever scans the internet asks by address: the request's own line says so, without a traceback.
                "django.security.DisallowedHost": {"handlers": ["nowhere"], "propagate": False},
                # One line for each task is enough: what it was, what became of it.
                "celery.worker.strategy": {"level": "WARNING"},
                "stripe": {"level": "WARNING"},  # each call, with its address
            },
        }
    )
    logging.captureWarnings(True)
    structlog.configure(
        # First: a line that is not written costs nothing but this question.
        processors=[
            structlog.stdlib.filter_by_level,
            *_gathering(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def line() -> logging.Formatter:
    """The formatter of every line. granian-logs.json names it too, for the process above the web workers."""
    from market.config import config  # noqa: PLC0415 - the settings configure the logs

    render: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if config.log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_gathering(),
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, redact, render],
    )


def _gathering() -> list[structlog.typing.Processor]:
    """What is added to a line, whether structlog made it or the standard library."""
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        _add_trace,
    ]


def _add_trace(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    event.update(tracing.current())
    return event
