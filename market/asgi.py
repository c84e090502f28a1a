"""Waits, streams and MCP: served by one ASGI process. Everything else is asked of the WSGI workers; see the Caddyfile."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from django.core.asgi import get_asgi_application
from starlette.applications import Starlette
from starlette.routing import Mount

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "market.settings")
django = get_asgi_application()


@asynccontextmanager
async def lifespan(_: Starlette) -> AsyncIterator[None]:
    yield


application = Starlette(routes=[Mount("/", app=django)], lifespan=lifespan)
