"""Whether a request is one that Stripe describes: held against the SDK's own generated parameter types.

A key that the type does not have is an error, as it is at Stripe; so is a missing one that it needs. What came as a
form is text, and is read as the type says.
"""

import re
from collections.abc import Mapping
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, NotRequired, Required, Union, get_args, get_origin
from urllib.parse import parse_qsl

from stripe._request_options import RequestOptions
from stripe._stripe_object import StripeObject
from typing_extensions import get_type_hints, is_typeddict

Json = dict[str, Any]


class Misfit(Exception):
    """The request is not one of Stripe's."""

    def __init__(self, message: str, param: str, code: str = "") -> None:
        super().__init__(message)
        self.message, self.param, self.code = message, param, code


def unfold(form: str) -> Json:
    """`a[b][0]=c`, as the SDK writes nested values into a form, back into what they were."""
    made: Json = {}
    for name, value in parse_qsl(form, keep_blank_values=True, strict_parsing=bool(form)):
        first, *rest = re.findall(r"[^\[\]]+", name)
        if name.endswith("[]"):
            rest.append(str(len(made.get(first, {}))))
        at = made
        for step, key in zip([first, *rest], [*rest, None], strict=True):
            if key is None:
                at[step] = value
            else:
                at = at.setdefault(step, {})
    return {key: _lists(value) for key, value in made.items()}


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {key: _lists(each) for key, each in value.items()}
    if inner and all(key.isdigit() for key in inner):
        return [inner[key] for key in sorted(inner, key=int)]
    return inner


@cache
def _fields(shape: Any) -> dict[str, Any]:
    """A type's own keys; what the SDK takes beside them are options of the call and never on the wire."""
    # What the SDK imports for type checkers only is named by its options alone.
    hints = get_type_hints(shape, None, {"StripeContext": Any, "Mapping": Mapping}, include_extras=True)
    options = RequestOptions.__annotations__ if set(RequestOptions.__annotations__) <= set(hints) else {}
    return {name: hint for name, hint in hints.items() if name not in options}


def fit(value: Any, shape: Any, *, form: bool, where: str = "") -> Any:  # noqa: C901, PLR0911 - a line for each form
    """The value as the type says it is, or `Misfit`."""
    origin, args = get_origin(shape), get_args(shape)
    if origin in (NotRequired, Required):
        return fit(value, args[0], form=form, where=where)
    if is_typeddict(shape):
        return _fit_fields(value, shape, form=form, where=where)
    if origin in (Union, UnionType):
        return _fit_one_of(value, args, form=form, where=where)
    if origin is Literal:
        if value in args:
            return value
    elif origin is list:
        if isinstance(value, list):
            return [fit(each, args[0], form=form, where=f"{where}[{n}]") for n, each in enumerate(value)]
    elif origin is dict:
        if isinstance(value, dict):
            return {key: fit(each, args[1], form=form, where=f"{where}[{key}]") for key, each in value.items()}
    elif shape is Any:
        return value
    elif isinstance(origin or shape, type) and not issubclass(origin or shape, StripeObject):
        return _fit_plain(value, shape, form=form, where=where)
    raise Misfit(f"Invalid {where}: {value!r}", where, "parameter_invalid")


def _fit_plain(value: Any, shape: type, *, form: bool, where: str) -> Any:
    if shape is NoneType and value is None:
        return None
    if form and isinstance(value, str):
        if shape is bool and value in ("true", "false"):
            return value == "true"
        if shape is int and re.fullmatch(r"-?[0-9]{1,18}", value):
            return int(value)
    if shape is str and isinstance(value, str):
        return value
    if shape in (int, float, bool) and type(value) is shape:
        return value
    raise Misfit(f"Invalid {where}: {value!r}", where, "parameter_invalid")


def _fit_one_of(value: Any, shapes: tuple[Any, ...], *, form: bool, where: str) -> Any:
    said: Misfit | None = None
    # A type of keys last: what it says is wrong is nearer to the mistake than that nothing fits.
    for each in sorted(shapes, key=is_typeddict):
        try:
            return fit(value, each, form=form, where=where)
        except Misfit as misfit:
            said = misfit
    assert said is not None
    raise said


def _fit_fields(value: Any, shape: Any, *, form: bool, where: str) -> Json:
    if value == "" and form:
        value = {}
    if not isinstance(value, dict):
        raise Misfit(f"Invalid object: {where}", where, "parameter_invalid")
    fields = _fields(shape)
    for name in value:
        if name not in fields:
            raise Misfit(f"Received unknown parameter: {_below(where, name)}", _below(where, name), "parameter_unknown")
    for name, hint in fields.items():
        if name not in value and get_origin(hint) is not NotRequired:
            raise Misfit(f"Missing required param: {_below(where, name)}.", _below(where, name), "parameter_missing")
    return {name: fit(each, fields[name], form=form, where=_below(where, name)) for name, each in value.items()}


def _below(where: str, name: str) -> str:
    return f"{where}[{name}]" if where else name
