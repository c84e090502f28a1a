"""What the map asks, as tutorials of DRF write it: the session's user, a filtered queryset, serializers in serializers.

It has found the index for places, which tutorials have of their own where the schema is theirs.
"""

import math
from typing import Any

from django.db.models import BooleanField, Q
from django.db.models.expressions import RawSQL
from django.utils import timezone
from django.utils.timesince import timeuntil
from rest_framework import authentication, exceptions, generics, permissions, serializers
from rest_framework.response import Response

from bounties.models import Bounty, Claim
from bounties.places import Place, project
from bounties.policies.claims import EARLIEST_BEFORE_OPENING
from market.accounts.models import Scout
from market.ids import encode

EARTH_M = 6_371_008.8


class Asked(serializers.Serializer[Any]):
    lat = serializers.FloatField(min_value=-90, max_value=90)
    lng = serializers.FloatField(min_value=-180, max_value=180)
    within = serializers.IntegerField(min_value=1, max_value=100_000)


class GeometrySerializer(serializers.Serializer[Any]):
    type = serializers.ReadOnlyField(default="Point")
    coordinates = serializers.SerializerMethodField()

    def get_coordinates(self, bounty: Bounty) -> list[float]:
        return [bounty.longitude_e7 / 1e7, bounty.latitude_e7 / 1e7]


class PropertiesSerializer(serializers.ModelSerializer[Bounty]):
    id = serializers.SerializerMethodField()
    reward = serializers.SerializerMethodField()
    away = serializers.SerializerMethodField()
    left = serializers.SerializerMethodField()

    class Meta:
        model = Bounty
        fields = ("id", "title", "reward", "away", "left", "radius_m")

    def get_id(self, bounty: Bounty) -> str:
        return encode("bnt", bounty.id)

    def get_reward(self, bounty: Bounty) -> str:
        return f"${bounty.reward_micros / 1_000_000:,.2f}"

    def get_away(self, bounty: Bounty) -> str:
        here = self.context["request"].session.get("standpoint")
        return f"{haversine_m(here['lat'], here['lng'], bounty) / 1000:.1f} km" if here else ""

    def get_left(self, bounty: Bounty) -> str:
        return timeuntil(bounty.closes_at)


class FeatureSerializer(serializers.Serializer[Any]):
    type = serializers.ReadOnlyField(default="Feature")
    id = serializers.SerializerMethodField()
    geometry = GeometrySerializer(source="*")
    properties = PropertiesSerializer(source="*")

    def get_id(self, bounty: Bounty) -> str:
        return encode("bnt", bounty.id)


def haversine_m(lat: float, lng: float, bounty: Bounty) -> float:
    one, other = math.radians(lat), math.radians(bounty.latitude_e7 / 1e7)
    north = math.sin((other - one) / 2)
    east = math.sin(math.radians(bounty.longitude_e7 / 1e7 - lng) / 2)
    return 2 * EARTH_M * math.asin(math.sqrt(north * north + math.cos(one) * math.cos(other) * east * east))


class Nearby(generics.GenericAPIView[Bounty]):
    authentication_classes = (authentication.SessionAuthentication,)
    permission_classes = (permissions.IsAuthenticated,)
    serializer_class = FeatureSerializer

    def get(self, request: Any) -> Response:
        asked = Asked(data=request.query_params)
        asked.is_valid(raise_exception=True)
        scout = Scout.objects.filter(user=request.user).order_by("mode").first()
        if scout is None:
            raise exceptions.PermissionDenied
        lat, lng, within = (asked.validated_data[name] for name in ("lat", "lng", "within"))
        near = [
            (metres, bounty)
            for bounty in self._open(scout, lat, lng, within)
            if (metres := haversine_m(lat, lng, bounty)) <= within
        ]
        near.sort(key=lambda each: each[0])
        features = self.get_serializer([bounty for _, bounty in near[:100]], many=True).data
        return Response({"type": "FeatureCollection", "features": features})

    def _open(self, scout: Scout, lat: float, lng: float, within: int) -> Any:
        now = timezone.now()
        x, y = project(Place(lat, lng))
        reach = 1.01 * within / math.cos(math.radians(lat))
        corners = (x - reach, y - reach, x + reach, y + reach)
        in_box = RawSQL("spot <@ box(point(%s, %s), point(%s, %s))", corners, output_field=BooleanField())
        taken = Q(scout=scout.account_id) & (Q(state="live") | Q(distinct=True, state__in=("submitted", "fulfilled")))
        return (
            Bounty.objects.filter(in_box, mode=scout.mode, state="open", free_slots__gt=0)
            .filter(closes_at__gt=now, opens_at__lte=now + EARLIEST_BEFORE_OPENING)
            .exclude(buyer=scout.account_id)
            .exclude(buyer__agent__owner=scout.user_id)
            .exclude(pk__in=Claim.objects.filter(taken).values("bounty_id"))
        )
