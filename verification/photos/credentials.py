"""Content Credentials (C2PA) inside a file, read without ever asking the network.

"Valid" can be had by anybody with a key of their own; only "trusted" says something, and only against the trust
anchors we are given. No credentials say nothing at all.
"""

import json
from typing import Any

import c2pa  # type: ignore[import-untyped]

from verification.photos.facts import C2paFacts, C2paState
from verification.photos.formats import Data, stream

_MARK = b"c2pa"
_MARK_WITHIN = 1 << 20  # credentials stand before the picture
_MIME = {"jpeg": "image/jpeg", "png": "image/png", "webp": "image/webp", "heic": "image/heic", "avif": "image/avif"}
_LONGEST = 200
_MOST = 20
_STATES = {"Valid": C2paState.VALID, "Trusted": C2paState.TRUSTED}


def credentials(data: Data, kind: str, *, trust_anchors: str = "", until: int = 0) -> C2paFacts | None:
    """`until`: where the header of this file ends, if that is known."""
    if data.find(_MARK, 0, min(until or _MARK_WITHIN, _MARK_WITHIN)) < 0:
        return None  # most files: looking is cheaper than asking the library
    settings = c2pa.Settings.from_dict(_settings(trust_anchors))
    try:
        with c2pa.Context(settings) as context, c2pa.Reader(_MIME[kind], stream(data), context=context) as reader:
            report = json.loads(reader.json())
            state = reader.get_validation_state()
    except c2pa.C2paError as error:
        if "ManifestNotFound" in str(error) or "no JUMBF" in str(error):
            return None
        return C2paFacts(C2paState.INVALID, failures=(str(error)[:_LONGEST],))
    return _facts(report, _STATES.get(str(state), C2paState.INVALID))


def _settings(trust_anchors: str) -> dict[str, Any]:
    settings: dict[str, Any] = {"verify": {"remote_manifest_fetch": False, "ocsp_fetch": False, "verify_trust": True}}
    if trust_anchors:
        settings["trust"] = {"trust_anchors": trust_anchors}
    return settings


def _facts(report: dict[str, Any], state: C2paState) -> C2paFacts:
    manifest = report.get("manifests", {}).get(report.get("active_manifest"), {})
    actions = [
        action
        for assertion in manifest.get("assertions", [])
        if str(assertion.get("label", "")).startswith("c2pa.actions")
        for action in assertion.get("data", {}).get("actions", [])
    ]
    generators = manifest.get("claim_generator_info") or [{}]
    return C2paFacts(
        state=state,
        generator=_short(generators[0].get("name") or manifest.get("claim_generator")),
        issuer=_short(manifest.get("signature_info", {}).get("issuer")),
        actions=_list(action.get("action") for action in actions),
        source_types=_list(action.get("digitalSourceType") for action in actions),
        failures=_list(each.get("code") for each in report.get("validation_status", [])),
    )


def _list(words: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(word)[:_LONGEST] for word in words if word))[:_MOST]


def _short(word: object) -> str | None:
    return str(word)[:_LONGEST] if word else None
