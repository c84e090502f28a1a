"""Names that programs leave in files: editors, generators, screenshots. Matched against short lists, in order."""

import re
from collections.abc import Iterable

from PIL import Image

from verification.photos.facts import C2paFacts, ExifFacts, Maker, Trace, TraceSource

_KNOWN: tuple[tuple[Maker, re.Pattern[str]], ...] = (
    (
        Maker.GENERATOR,
        re.compile(
            r"midjourney|dall[-·. ]?e\b|stable.?diffusion|comfyui|automatic1111|invoke.?ai|novelai|firefly|imagen\b"
            r"|chatgpt|openai|gpt-4o|gemini|flux\.?1|leonardo\.?ai|made with google ai|trainedalgorithmicmedia"
            r"|bing image creator|grok|sdxl|negative prompt",
            re.IGNORECASE,
        ),
    ),
    (Maker.SCREEN, re.compile(r"screen ?shot|screen ?capture|screen ?record|snipping", re.IGNORECASE)),
    (
        Maker.EDITOR,
        re.compile(
            r"photoshop|lightroom|gimp|snapseed|affinity|pixelmator|canva\b|picsart|facetune|vsco|paint\.net|darktable"
            r"|rawtherapee|acdsee|paint ?shop|meitu|faceapp|remini|fotor|pixlr|photoscape|paint ?tool|imagemagick"
            r"|irfanview|xnview|corel|picasa|inshot|beautycam|capture one|polarr|photopea",
            re.IGNORECASE,
        ),
    ),
)
_XMP_FIELDS = re.compile(
    r"(?:CreatorTool|softwareAgent|DigitalSourceType|Credit|UserComment)"
    r"(?:=[\"']|>(?:\s*<[^>]{0,80}>){0,3}\s*)([^\"'<]{1,200})"
)
# What the common generators name the chunk they keep their prompt in.
_PROMPT_CHUNKS = frozenset({"parameters", "prompt", "workflow", "sd-metadata", "invokeai_metadata", "dream"})
_LONGEST = 100_000


def traces(picture: Image.Image, exif: ExifFacts, c2pa: C2paFacts | None) -> tuple[Trace, ...]:
    found = [*_named(TraceSource.EXIF, [exif.software or "", exif.make or "", *_comments(picture)])]
    found += _named(TraceSource.XMP, _XMP_FIELDS.findall(_text(picture.info.get("xmp"))))
    texts = {str(key): _text(value) for key, value in picture.info.items() if isinstance(value, str | bytes)}
    texts.pop("xmp", None)
    found += _named(TraceSource.TEXT, [value for key, value in texts.items() if key not in ("exif", "icc_profile")])
    found += [Trace(TraceSource.TEXT, Maker.GENERATOR, key) for key in texts if key.lower() in _PROMPT_CHUNKS]
    if c2pa is not None:
        found += _named(TraceSource.C2PA, [c2pa.generator or ""])
    return tuple(dict.fromkeys(found))


def _named(source: TraceSource, texts: Iterable[str]) -> list[Trace]:
    found = []
    for text in texts:
        for maker, pattern in _KNOWN:
            match = pattern.search(text[:_LONGEST])
            if match:
                found.append(Trace(source, maker, match.group().lower()))
                break
    return found


def _comments(picture: Image.Image) -> list[str]:
    """The user comment of EXIF: where some phones say that this is a screenshot."""
    try:
        comment = picture.getexif().get_ifd(0x8769).get(0x9286)
    except (OSError, ValueError, SyntaxError, TypeError, KeyError, IndexError, AttributeError):
        return []  # what cannot be read names nothing; exif.py says that it cannot be read
    return [_text(comment)]


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value[:_LONGEST].decode("utf-8", errors="replace").replace("\x00", "")
    return value[:_LONGEST] if isinstance(value, str) else ""
