"""The columns `spot` and `axis`, and what is computed from them, as expressions of the ORM.

Both are generated columns (migration 0003) that the model does not list: nobody but this room reads them, and no other
read should carry them. `spot` is the place on the Web Mercator plane, `axis` its distances from the Earth's axis and
from the equator's plane: what `places.project` and `places.around_axis` compute.
"""

from typing import Any

from django.db.models import BigIntegerField, BooleanField, Expression, F, FloatField, UUIDField
from django.db.models.expressions import Col
from django.db.models.sql.compiler import SQLCompiler

from bounties.places import Place, around_axis, bending, project
from market.prepared import Given

_NUMBER = FloatField()
_DISTANCE = BigIntegerField()
_ID = UUIDField()
_TRUTH = BooleanField()
_NOT_NUMBERS: dict[str, tuple[Any, str]] = {"after_mm": (_DISTANCE, "bigint"), "after_id": (_ID, "uuid")}

# The geodesic in whole millimetres, right to one of them within 100 km (0.2 mm before rounding): the straight line
# through the ellipsoid, c, made longer by what its arc has more, c³ k² / 24, with the curvature k that the ellipsoid
# has in this direction. Nothing in it minds a pole, the antimeridian or two places that are the same. Computed in the
# database because pages are cut there: the order, the end of a page and the number shown are one computation.
_NORTHWARD = "(ROW.axis <-> point({p}, {z}))"
_SINE = "sin((ROW.longitude_e7 - {lng_e7}) * 8.726646259971648e-10)"
_EASTWARD = f"({{p4}} * ROW.axis[0] * {_SINE} * {_SINE})"
_MILLIMETRES = (
    f"(1000 * sqrt({_NORTHWARD} * {_NORTHWARD} + {_EASTWARD})"
    f" * (1 + {_NORTHWARD} * {_NORTHWARD} * {{meridian}} + {_EASTWARD} * {{normal}}))::bigint"
)


class _OfRow(Expression):
    """A template over the searched row (ROW) and values given later ({name})."""

    template = ""
    gives: Any = _NUMBER

    def __init__(self) -> None:
        super().__init__(output_field=self.gives)
        self._column: Any = F("pk")

    def get_source_expressions(self) -> list[Any]:
        return [self._column]

    def set_source_expressions(self, expressions: Any) -> None:
        (self._column,) = expressions

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        assert isinstance(self._column, Col)
        parameters: list[Any] = []
        names = _Names(parameters)
        text = self.template.replace("ROW", compiler.quote_name_unless_alias(self._column.alias)).format_map(names)
        return text, parameters


class _Names(dict[str, str]):
    """Notes every name that a template asks for, in the order of its parameters."""

    def __init__(self, parameters: list[Any]) -> None:
        super().__init__()
        self._parameters = parameters

    def __missing__(self, name: str) -> str:
        field, type_name = _NOT_NUMBERS.get(name, (_NUMBER, "float8"))
        self._parameters.append(Given(name, field, type_name=type_name))
        return f"%s::{type_name}"


class OnPlane(_OfRow):
    """How far away on the plane. Ordered by it, the index is walked outward."""

    template = "(ROW.spot <-> point({x}, {y}))"


class InBox(_OfRow):
    template = "(ROW.spot <@ box(point({west}, {south}), point({east}, {north})))"
    gives = _TRUTH
    conditional = True


class Millimetres(_OfRow):
    template = _MILLIMETRES
    gives = _DISTANCE


class After(_OfRow):
    """Behind the last row of the page before, in the order of distance and id."""

    # The first half is implied by the second and spares the walk its arithmetic for all pages before.
    template = (
        "((ROW.spot <-> point({x}, {y})) >= {after_plane}"
        f" AND ({_MILLIMETRES}, ROW.id) > ({{after_mm}}, {{after_id}}))"
    )
    gives = _TRUTH
    conditional = True


def standpoint(place: Place) -> dict[str, float]:
    """The values of a place that distances are measured from."""
    x, y = project(place)
    p, z = around_axis(place.lat)
    meridian, normal = bending(place.lat)
    return {
        "x": x,
        "y": y,
        "p": p,
        "z": z,
        "p4": 4 * p,
        "lng_e7": place.lng * 1e7,
        "meridian": meridian,
        "normal": normal,
    }
