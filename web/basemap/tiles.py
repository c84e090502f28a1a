"""Mapbox Vector Tiles, version 2, as far as this map needs them: filled shapes, lines, named points. Pure."""

from collections.abc import Iterable, Sequence

EXTENT = 4096
Dots = Sequence[tuple[int, int]]
_POINT, _LINE, _POLYGON = 1, 2, 3
_MOVE, _DRAW, _CLOSE = 1, 2, 7


def varint(value: int) -> bytes:
    written = bytearray()
    while value > 0x7F:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    written.append(value)
    return bytes(written)


def tile(*layers: bytes) -> bytes:
    return b"".join(_field(3, layer) for layer in layers if layer)


def shapes(name: str, polygons: Iterable[Sequence[Dots]]) -> bytes:
    """Each polygon with its outer ring first: the direction of a ring tells which it is."""
    features = []
    for rings in polygons:
        numbers: list[int] = []
        at = (0, 0)
        for position, ring in enumerate(rings):
            turned = ring if (_area(ring) > 0) == (position == 0) else list(reversed(ring))
            drawn, at = _path(turned, at)
            numbers += [*drawn, _command(_CLOSE, 1)]
        features.append(_feature(_POLYGON, numbers))
    return _layer(name, features)


def lines(name: str, paths: Iterable[Dots]) -> bytes:
    return _layer(name, [_feature(_LINE, _path(path, (0, 0))[0]) for path in paths])


def names(name: str, points: Iterable[tuple[tuple[int, int], str, int]]) -> bytes:
    """Points with a name and a rank."""
    features: list[bytes] = []
    values: list[bytes] = []
    keys = ["name", "rank"]
    for (x, y), text, rank in points:
        tags = [0, len(values), 1, len(values) + 1]
        values += [_field(1, text.encode()), varint(5 << 3) + varint(rank)]
        features.append(_feature(_POINT, [_command(_MOVE, 1), _zigzag(x), _zigzag(y)], tags))
    return _layer(name, features, keys=keys, values=values)


def _layer(name: str, features: Sequence[bytes], *, keys: Sequence[str] = (), values: Sequence[bytes] = ()) -> bytes:
    if not features:
        return b""
    return b"".join(
        [
            _field(1, name.encode()),
            *(_field(2, each) for each in features),
            *(_field(3, each.encode()) for each in keys),
            *(_field(4, each) for each in values),
            varint(5 << 3) + varint(EXTENT),
            varint(15 << 3) + varint(2),
        ]
    )


def _feature(kind: int, geometry: Iterable[int], tags: Iterable[int] = ()) -> bytes:
    packed = _field(2, b"".join(map(varint, tags))) if tags else b""
    return packed + varint(3 << 3) + varint(kind) + _field(4, b"".join(map(varint, geometry)))


def _path(dots: Dots, at: tuple[int, int]) -> tuple[list[int], tuple[int, int]]:
    numbers: list[int] = []
    for position, (x, y) in enumerate(dots):
        if position < 2:
            numbers.append(_command(_MOVE, 1) if position == 0 else _command(_DRAW, len(dots) - 1))
        numbers += [_zigzag(x - at[0]), _zigzag(y - at[1])]
        at = (x, y)
    return numbers, at


def _area(ring: Dots) -> int:
    """Twice the area, above zero where it runs clockwise on a screen."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, [*ring[1:], ring[0]], strict=True))


def _command(kind: int, count: int) -> int:
    return kind | count << 3


def _zigzag(value: int) -> int:
    return value << 1 ^ value >> 63


def _field(number: int, content: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(content)) + content
