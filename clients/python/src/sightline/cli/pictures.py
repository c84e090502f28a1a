"""Pictures of a result, saved under names of ours: nothing that came over the wire names a file."""

from pathlib import Path

from sightline.client import Sightline
from sightline.types import Result

_ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/avif": "avif"}


def save(exchange: Sightline, result: Result, folder: Path) -> list[Path]:
    """What the result shows of itself now: the redacted pictures once it is accepted, a preview until then."""
    folder.mkdir(parents=True, exist_ok=True)
    saved = []
    for medium in result["media"]:
        url, kind = (medium["url"], "") if medium["url"] else (medium["preview_url"], "-preview")
        if url is None:
            continue  # nothing of it can be seen before it is accepted
        media_type, content = exchange.download(url)
        name = "".join(each for each in result["id"] if each.isalnum() or each == "_")
        path = folder / f"{name}-{int(medium['number'])}{kind}.{_ENDINGS.get(media_type, 'bin')}"
        path.write_bytes(content)
        saved.append(path)
    return saved
