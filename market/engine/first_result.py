"""A first result in five calls, as lines for a shell. The banner and the README show them, and a test runs them."""

from typing import Final

_LINES: Final = """\
url={url} json='Content-Type: application/json'
id() {{ grep -o "$1_[0-9a-z_]*" | head -1; }}
closes=$(date -u -d +6hours +%FT%TZ 2>/dev/null || date -u -v+6H +%FT%TZ)
key=$(curl -s $url/v1/agents -H "$json" -d '{{"name": "me"}}' | id sl_test)
auth="Authorization: Bearer $key"
wish='{{"title": "Is it open?", "questions": ["Is the shop open?"], "reward": "2.50", "simulate": {{"outcome": "good"}},
  "place": {{"lat": 52.52, "lng": 13.405, "radius_m": 60}}, "window": {{"closes_at": "'$closes'"}}}}'
bounty=$(curl -s $url/v1/bounties -H "$auth" -H "$json" -H "Idempotency-Key: 1" -d "$wish" | id bnt)
result=$(curl -s "$url/v1/bounties/$bounty?wait=45&results=1" -H "$auth" | id sub)
curl -s $url/v1/results/$result -H "$auth"
curl -s -X POST $url/v1/results/$result/accept -H "$auth" -H "Idempotency-Key: 2"
"""


def lines(url: str) -> list[str]:
    return _LINES.format(url=url).splitlines()
