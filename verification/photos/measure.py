"""One pass over one photo: from its bytes to its facts and its points. Runs inside the decoding child."""

import hashlib

from verification.photos.credentials import credentials
from verification.photos.exif import exif
from verification.photos.facts import PhotoFacts
from verification.photos.features import features, packed
from verification.photos.formats import Data, Header, inspect
from verification.photos.handed_over import Measured
from verification.photos.pdq import pdq
from verification.photos.quality import quality
from verification.photos.traces import traces
from verification.photos.working import grey, opened

# EXIF orientations 5 to 8 lie on their side.
_ORIENTATION = 0x0112
_LYING = range(5, 9)


def measure(data: Data, *, header: Header | None = None, trust_anchors: str = "") -> Measured:
    """`header` is what `inspect` said of these very bytes, where somebody has asked already."""
    header = header or inspect(data)
    picture = opened(data)
    width, height = picture.size  # before the draft, which changes it
    if picture.getexif().get(_ORIENTATION) in _LYING:
        width, height = height, width
    said = exif(data)
    signed = credentials(data, header.format, trust_anchors=trust_anchors, until=header.says_until)
    left = traces(picture, said, signed)
    copy = grey(picture)
    hashes, hash_quality = pdq(copy)
    found = features(copy)
    points = packed(found)
    return Measured(
        facts=PhotoFacts(
            format=header.format,
            width=width,
            height=height,
            hashes=hashes,
            hash_quality=hash_quality,
            features_sha256=hashlib.sha256(points).hexdigest(),
            features_count=found.count,
            quality=quality(copy),
            exif=said,
            traces=left,
            c2pa=signed,
            notes=header.notes,
        ),
        features=points,
    )
