"""Logs: one JSON object a line, with the request id of whoever set things going, through to the tasks."""

import logging
import logging.config
import re
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from market.config import Config


# The secret part of an agent's key and of a claim token, wherever it may turn up: a path, an error, a stack.
_SECRETS = re.compile(r"\b(sl_(?:test|live)_[0-9a-z]{26}|slc)_[0-9A-Za-z_-]+", re.ASCII)


def scrub(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Take secrets out of a log line, as the last line of defence: nothing should have put them in."""
    return {name: _SECRETS.sub(r"\1_…", value) if isinstance(value, str) else value for name, value in event.items()}


def configure_logging(config: "Config") -> None:
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        scrub,
    ]
    render: structlog.typing.Processor = (
        structlog.processors.JSONRenderer() if config.log_format == "json" else structlog.dev.ConsoleRenderer()
    )
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "line": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
                    "foreign_pre_chain": shared,
                }
            },
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
            "root": {"handlers": ["stderr"], "level": config.log_level},
        }
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
