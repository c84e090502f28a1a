"""Waits, streams and MCP: served by one ASGI process. All else is asked of the WSGI workers; see the Caddyfile."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from django.core.asgi import get_asgi_application
from starlette.applications import Starlette
from starlette.routing import Mount

from market import roles
from market.config import config
from market.limits import Limited

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "market.settings")
roles.play("waits")
django = get_asgi_application()


@asynccontextmanager
async def lifespan(_: Starlette) -> AsyncIterator[None]:
    yield


application = Limited(Starlette(routes=[Mount("/", app=django)], lifespan=lifespan), most=config.max_body_bytes)
