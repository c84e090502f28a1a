"""The pages and the synchronous API: served by WSGI workers."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from market import roles

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "market.settings")
gc.disable()  # until all is loaded: to look on the way whether some of it is rubbish takes a tenth of the start
roles.play("web")  # first: tracing puts itself around Django's handler, which is made below
application = get_wsgi_application()
# What has been loaded stays, so nobody has to look again and again whether it is rubbish: that stopped every thread of
# a worker for a tenth of a second, now and then. The addresses are loaded with it, and not by whoever comes first.
get_resolver().url_patterns  # noqa: B018
gc.collect()
gc.freeze()
gc.enable()
