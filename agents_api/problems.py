"""Refusals as problem details: written in `market.problems`, because the people's door has an API for phones."""

from market.problems import CONTENT_TYPE, STATUS, STATUS_OF_CODE, Call, MalformedJson, Problem, of_refusal

__all__ = ["CONTENT_TYPE", "STATUS", "STATUS_OF_CODE", "Call", "MalformedJson", "Problem", "of_refusal"]
