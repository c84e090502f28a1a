"""The pages and the synchronous API: served by WSGI workers."""

import gc
import os
from collections.abc import Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from market import roles
from market.database.requests import look_at_ours_only

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "market.settings")
gc.disable()  # until all is loaded: to look on the way whether some of it is rubbish takes a tenth of the start
roles.play("web")  # first: tracing puts itself around Django's handler, which is made below
_answer = get_wsgi_application()
look_at_ours_only()


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """An answer that is whole is handed over whole, and not to be asked for piece by piece, each by another thread."""
    response: Any = _answer(environ, start_response)
    if getattr(response, "streaming", True):
        return response  # type: ignore[no-any-return]
    response.close()  # nobody else does: a list has nothing to close
    return [response.content]


# What has been loaded stays, so nobody has to look again and again whether it is rubbish: that stopped every thread of
# a worker for a tenth of a second, now and then. The addresses are loaded with it, and not by whoever comes first.
get_resolver().url_patterns  # noqa: B018
gc.collect()
gc.freeze()
gc.enable()
