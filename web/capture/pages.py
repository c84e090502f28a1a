"""Pages that open without a network: the camera, the outbox, and what stands in for every other page meanwhile.

They are shells: the same for everybody, so that a phone can keep them. Who is signed in, what was claimed and what was
captured is in the phone's own store (web/static/js/capture/), never in these.
"""

import hashlib
import json
import re
from functools import lru_cache
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language, get_language_bidi, gettext
from django.views.decorators.http import require_GET

from market.config import ROOT
from web.capture.texts import TEXTS

_MODULES: Final = ROOT / "web" / "static" / "js" / "capture"
# By the name of each shell's address.
_TEMPLATES: Final = {
    "capture_shell": "capture/capture.html",
    "outbox": "capture/outbox.html",
    "offline": "capture/offline.html",
}
_IMPORT = re.compile(r'^import .*"\./([a-z_]+\.js)";$', re.MULTILINE)
_FILE = re.compile(r'(?:href|src)="(/static/[^"#]+)')


@require_GET
def capture(request: HttpRequest, claim_id: str = "") -> HttpResponse:
    return _sent(_shell("capture_shell"))


@require_GET
def outbox(request: HttpRequest) -> HttpResponse:
    return _sent(_shell("outbox"))


@require_GET
def offline(request: HttpRequest) -> HttpResponse:
    return _sent(_shell("offline"))


@require_GET
def service_worker(request: HttpRequest) -> HttpResponse:
    """At the root, for a worker serves what lies below its own address. New bytes mean a new version of the pages."""
    shells = {name: _shell(name) for name in _TEMPLATES}
    files = sorted({*_modules(), *(path for shell in shells.values() for path in _FILE.findall(shell))})
    about = {
        "version": hashlib.sha256("\n".join([*shells.values(), *files]).encode()).hexdigest()[:16],
        "shells": {name: reverse(name) for name in shells},
        "files": files,
        "icon": static("img/icon-192.png"),
    }
    module = static("js/capture/worker.js")
    text = f'import {{ serve }} from "{module}";\n\nserve({json.dumps(about, indent=2)});\n'
    return _sent(text, content_type="text/javascript; charset=utf-8")


@require_GET
def manifest(request: HttpRequest) -> JsonResponse:
    icons = [
        {
            "src": static(f"img/icon-{size}{kind}.png"),
            "sizes": f"{size}x{size}",
            "type": "image/png",
            "purpose": purpose,
        }
        for size in (192, 512)
        for kind, purpose in (("", "any"), ("-maskable", "maskable"))
    ]
    about: dict[str, Any] = {
        "id": "/",
        "name": "Sightline",
        "short_name": "Sightline",
        "description": gettext("Look at something near you, and be paid for what you saw."),
        "lang": get_language(),
        "dir": "rtl" if get_language_bidi() else "ltr",
        "start_url": reverse("nearby"),
        "scope": "/",
        "display": "standalone",
        "orientation": "portrait",
        "background_color": "#f6f4ee",
        "theme_color": "#f6f4ee",
        "icons": icons,
    }
    response = JsonResponse(about, content_type="application/manifest+json")
    response["Cache-Control"] = "no-cache"
    return response


def _sent(text: str, **how: str) -> HttpResponse:
    response = HttpResponse(text, **how)
    response["Cache-Control"] = "no-cache"
    return response


def _shell(name: str) -> str:
    return _rendered(name, get_language())


@lru_cache(maxsize=64)
def _rendered(name: str, language: str) -> str:
    """Rendered without a request: nothing of whoever asks can get into what is kept for everybody."""
    texts = {key: str(text) for key, text in TEXTS.items()}
    facts = {"texts": texts, "request": {"path": reverse(name)}, "imported": sorted(_imported("capture_page.js"))}
    return render_to_string(_TEMPLATES[name], facts)


def _imported(name: str) -> set[str]:
    """The modules behind one, however far. The page asks for all at once: else each round trip finds the next ones."""
    found: set[str] = set()
    to_read = {name}
    while to_read:
        text = (_MODULES / to_read.pop()).read_text()
        new = set(_IMPORT.findall(text)) - found
        found |= new
        to_read |= new
    return found


def _modules() -> list[str]:
    return [static(f"js/capture/{path.name}") for path in sorted(_MODULES.glob("*.js"))]
