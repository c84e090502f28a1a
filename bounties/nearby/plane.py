"""The column `spot` and distances on the ground, as expressions of the ORM.

`spot` is a generated column that the model does not list: nobody but this room reads it, and no other read should carry
it. It holds what `places.project` computes.
"""

import math
from dataclasses import dataclass
from typing import Any

from django.db.models import BigIntegerField, BooleanField, Expression, F, FloatField
from django.db.models.expressions import Col
from django.db.models.sql.compiler import SQLCompiler

from bounties.nearby.prepared import Given
from bounties.places import ECCENTRICITY_SQUARED, EQUATOR_M, Place

_FLOAT = FloatField()


class _OfRow(Expression):
    """An expression over columns of the searched row that has no operands but those of its template."""

    template = ""
    given: tuple[str, ...] = ()

    def __init__(self) -> None:
        super().__init__(output_field=self.kind)
        self.row: Any = F("latitude_e7")

    kind: Any = _FLOAT

    def get_source_expressions(self) -> list[Any]:
        return [self.row]

    def set_source_expressions(self, expressions: Any) -> None:
        (self.row,) = expressions

    def as_sql(self, compiler: SQLCompiler, connection: Any, **_: Any) -> tuple[str, list[Any]]:
        assert isinstance(self.row, Col)
        text = self.template.replace("ROW", compiler.quote_name_unless_alias(self.row.alias))
        values = [Given(name, _FLOAT, type_name="float8") for name in self.given]
        for _ in values:
            text = text.replace("GIVEN", "%s::float8", 1)
        return text, list(values)


class OnPlane(_OfRow):
    """How far away on the plane. Ordered by it, the index is walked outward."""

    template = "(ROW.spot <-> point(GIVEN, GIVEN))"
    given = ("x", "y")


class InBox(_OfRow):
    kind = BooleanField()
    template = "(ROW.spot <@ box(point(GIVEN, GIVEN), point(GIVEN, GIVEN)))"
    given = ("west", "south", "east", "north")


class Millimetres(_OfRow):
    """The geodesic in whole millimetres, right to one of them within 100 km (the bound is 0.2 mm before rounding).

    The straight line through the ellipsoid, made longer by what its arc has more: c (1 + (c k)² / 24), with the
    curvature k that the ellipsoid has in this direction (Euler). Nothing in it minds a pole, the antimeridian or two
    places that are the same. In the database because pages are cut there: the order, the bound of the page and the
    number that is shown must come from one computation.
    """

    kind = BigIntegerField()
    template = (
        "(SELECT (1000 * sqrt(ns + ew) * (1 + (ns * GIVEN + ew * GIVEN) ^ 2 / greatest(ns + ew, 1e-9) / 24))::bigint"
        " FROM (SELECT (GIVEN - p) ^ 2 + (GIVEN - z) ^ 2 AS ns,"
        " 4 * GIVEN * p * sin(radians(lng - GIVEN) / 2) ^ 2 AS ew"
        f" FROM (SELECT n * c AS p, n * s * {1 - ECCENTRICITY_SQUARED!r} AS z, lng"
        f" FROM (SELECT s, c, lng, {EQUATOR_M!r} / sqrt(1 - {ECCENTRICITY_SQUARED!r} * s * s) AS n"
        " FROM (SELECT sin(radians(ROW.latitude_e7 / 1e7::float8)) AS s, cos(radians(ROW.latitude_e7 / 1e7::float8)) AS c,"
        " ROW.longitude_e7 / 1e7::float8 AS lng) AS degrees) AS curved) AS axis OFFSET 0) AS chord)"
    )
    given = ("meridian_curvature", "normal_curvature", "p", "z", "p", "lng")


@dataclass(frozen=True, slots=True)
class Standpoint:
    """What the expressions above, and a bearing, need to know of the place that distances are measured from."""

    place: Place
    p: float  # metres from the Earth's axis
    z: float  # metres north of the equator's plane
    sine: float
    cosine: float
    meridian_curvature: float
    normal_curvature: float
