"""The pages and the synchronous API: served by WSGI workers."""

import os

from django.core.wsgi import get_wsgi_application

from market import roles

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "market.settings")
roles.play("web")  # first: tracing puts itself around Django's handler, which is made below
application = get_wsgi_application()
