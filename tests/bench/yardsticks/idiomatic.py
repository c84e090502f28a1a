"""Three calls of our API as tutorials of DRF write them: serializers in serializers, generic views, an object each."""

from datetime import datetime
from typing import Any

from django.core.wsgi import get_wsgi_application
from django.db import transaction
from django.urls import path
from django.utils import timezone

application = get_wsgi_application()  # first: the models below need the settings

from rest_framework import authentication, exceptions, generics, pagination, permissions, serializers  # noqa: E402

from agents_api.models import KeptAnswer  # noqa: E402
from bounties.models import Bounty, Slot, Submission  # noqa: E402
from market.accounts import key_text  # noqa: E402
from market.accounts.models import Account, ApiKey  # noqa: E402
from market.events.operations import append  # noqa: E402
from market.ids import decode, encode  # noqa: E402
from market.ledger import operations as ledger  # noqa: E402
from market.ledger import rules  # noqa: E402
from market.ledger.policies import SlotPrice  # noqa: E402
from market.ledger.postings import Book  # noqa: E402
from tests.bench.yardsticks.idiomatic_nearby import Nearby  # noqa: E402


class Somebody:
    """What DRF asks of a user."""

    is_authenticated = True

    def __init__(self, account: Account) -> None:
        self.pk = account.pk


class KeyAuthentication(authentication.BaseAuthentication):
    def authenticate(self, request: Any) -> Any:
        presented = key_text.read(request.headers.get("Authorization", "").removeprefix("Bearer "))
        key = presented and ApiKey.objects.select_related("account").filter(pk=presented.id).first()
        if not presented or not key or bytes(key.secret_hash) != key_text.digest(presented.secret):
            raise exceptions.AuthenticationFailed
        return Somebody(key.account), key


class Id(serializers.Field[Any, Any, Any, Any]):
    def to_representation(self, value: Any) -> str:
        return encode("bnt", value)


class MoneyField(serializers.Field[Any, Any, Any, Any]):
    def to_representation(self, value: int) -> str:
        return f"{value / 1_000_000:.2f}"

    def to_internal_value(self, data: str) -> int:
        return round(float(data) * 1_000_000)


class PlaceSerializer(serializers.Serializer[Any]):
    lat = serializers.FloatField(min_value=-90, max_value=90)
    lng = serializers.FloatField(min_value=-180, max_value=180)
    radius_m = serializers.IntegerField(min_value=1)

    def to_representation(self, bounty: Bounty) -> Any:
        return super().to_representation(
            {"lat": bounty.latitude_e7 / 1e7, "lng": bounty.longitude_e7 / 1e7, "radius_m": bounty.radius_m}
        )


class WindowSerializer(serializers.Serializer[Any]):
    opens_at = serializers.DateTimeField(required=False)
    closes_at = serializers.DateTimeField()


class ProofSerializer(serializers.Serializer[Any]):
    media = serializers.CharField(default="photo")
    count = serializers.IntegerField(source="media_count", default=1)
    challenge = serializers.CharField(default="none")
    accuracy_m = serializers.IntegerField(read_only=True)
    daylight = serializers.BooleanField(read_only=True)


class QuestionSerializer(serializers.Serializer[Any]):
    id = serializers.CharField(read_only=True)
    text = serializers.CharField()
    type = serializers.CharField(read_only=True)
    choices = serializers.ListField(child=serializers.CharField(), read_only=True)
    unit = serializers.CharField(read_only=True)

    def to_internal_value(self, data: Any) -> Any:
        return super().to_internal_value({"text": data})


class BountySerializer(serializers.ModelSerializer[Bounty]):
    id = Id(read_only=True)
    object = serializers.ReadOnlyField(default="bounty")
    status = serializers.CharField(source="state", read_only=True)
    questions = QuestionSerializer(many=True)
    place = PlaceSerializer(source="*")
    window = WindowSerializer(source="*")
    reward = MoneyField(source="reward_micros")
    blocked_reward = MoneyField(source="blocked_reward_micros", read_only=True)
    fee = MoneyField(source="fee_micros", read_only=True)
    currency = serializers.CharField(default="usd")
    proof = ProofSerializer(source="*")
    next_action = serializers.SerializerMethodField()

    class Meta:
        model = Bounty
        fields = (
            *(
                "id",
                "object",
                "mode",
                "status",
                "version",
                "title",
                "questions",
                "criteria",
                "place",
                "window",
                "reward",
            ),
            *("blocked_reward", "fee", "currency", "slots", "free_slots", "unfinished_slots", "proof", "review"),
            *("review_hours", "least_reputation", "distinct_scouts", "private_note", "metadata", "findings"),
            *("created_at", "opened_at", "ended_at", "next_action"),
        )
        read_only_fields = (
            *("mode", "version", "free_slots", "unfinished_slots", "review_hours", "least_reputation"),
            *("distinct_scouts", "private_note", "metadata", "findings", "created_at", "opened_at", "ended_at"),
        )

    def get_next_action(self, bounty: Bounty) -> dict[str, Any]:
        asking = Submission.objects.filter(bounty=bounty, state="in_review", reviewer="buyer").order_by("id").first()
        if asking:
            return {"do": "review", "call": {"method": "GET", "path": f"/v1/results/{encode('sub', asking.id)}"}}
        path = f"/v1/bounties/{encode('bnt', bounty.id)}?wait=45&since_version={bounty.version}"
        return {"do": "wait", "call": {"method": "GET", "path": path}, "until": bounty.closes_at}

    def create(self, given: dict[str, Any]) -> Bounty:
        key, at = self.context["request"].auth, timezone.now()
        reward = given["reward_micros"]
        price = SlotPrice(reward, reward * 3 // 10, 1000)
        bounty = Bounty.objects.create(
            **_columns(given, at=at),
            buyer=key.account,
            mode=key.mode,
            state="open",
            free_slots=given["slots"],
            unfinished_slots=given["slots"],
            blocked_reward_micros=price.blocked_reward_micros,
            fee_micros=price.fee_micros,
            fee_basis_points=1000,
            posted_by=key.id,
        )
        for number in range(1, bounty.slots + 1):
            Slot.objects.create(bounty=bounty, mode=bounty.mode, number=number)
        book = Book.of(bounty.mode)
        ledger.post(
            [rules.hold(book=book, agent_id=key.account_id, bounty_id=bounty.id, slots=bounty.slots, price=price)],
            at=at,
        )
        append(account_id=key.account_id, type="bounty.opened", data={"bounty": encode("bnt", bounty.id)}, at=at)
        return bounty


def _columns(given: dict[str, Any], *, at: datetime) -> dict[str, Any]:
    return {
        "title": given["title"],
        "questions": [
            {"id": f"q{number}", "text": each["text"], "type": "text", "choices": [], "unit": None}
            for number, each in enumerate(given["questions"], 1)
        ],
        "criteria": given["criteria"],
        "latitude_e7": round(given["lat"] * 1e7),
        "longitude_e7": round(given["lng"] * 1e7),
        "radius_m": given["radius_m"],
        "opens_at": given.get("opens_at", at),
        "closes_at": given["closes_at"],
        "due_at": given["closes_at"],
        "slots": given["slots"],
        "reward_micros": given["reward_micros"],
        "media": given["media"],
        "media_count": given["media_count"],
        "challenge": given["challenge"],
        "review": given["review"],
        "review_hours": 24,
        "daylight": False,
        "least_reputation": 0,
        "distinct_scouts": True,
        "metadata": {},
        "findings": [],
        "created_at": at,
        "opened_at": at,
    }


class Pages(pagination.CursorPagination):
    page_size_query_param, page_size, ordering = "limit", 25, "-id"


class Bounties(generics.ListCreateAPIView[Bounty]):
    authentication_classes = (KeyAuthentication,)
    permission_classes = (permissions.IsAuthenticated,)
    serializer_class = BountySerializer
    pagination_class = Pages

    def get_queryset(self) -> Any:
        return Bounty.objects.filter(buyer_id=self.request.user.pk)

    def create(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        with transaction.atomic():
            name = request.headers["Idempotency-Key"]
            if KeptAnswer.objects.filter(account_id=request.user.pk, key=name).exists():
                raise exceptions.ValidationError("kept")
            answer = super().create(request, *args, **kwargs)
            body = str(answer.data).encode()
            KeptAnswer.objects.create(
                account_id=request.user.pk,
                key=name,
                fingerprint=b"0" * 32,
                status=201,
                body=body,
                created_at=timezone.now(),
            )
        return answer


class OneBounty(generics.RetrieveAPIView[Bounty]):
    authentication_classes = (KeyAuthentication,)
    permission_classes = (permissions.IsAuthenticated,)
    serializer_class = BountySerializer

    def get_object(self) -> Bounty:
        return generics.get_object_or_404(
            Bounty, buyer_id=self.request.user.pk, pk=decode("bnt", self.kwargs["bounty_id"])
        )


urlpatterns = [
    path("v1/bounties", Bounties.as_view()),
    path("v1/bounties/<str:bounty_id>", OneBounty.as_view()),
    path("map/bounties", Nearby.as_view()),
]
