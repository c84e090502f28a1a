"""Every address below /v1 that is none: told in the words of the API, in every method."""

from typing import Any, NoReturn

from rest_framework.request import Request

from agents_api.door import Endpoint, NoSuchPath


class Nowhere(Endpoint):
    authentication_classes = ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> NoReturn:
        super().initial(request, *args, **kwargs)
        raise NoSuchPath("There is nothing at this address.")
