"""Where a bounty is, as the nearby search needs it: on the Web Mercator plane, indexed while it can be claimed.

Generated columns that the models do not list; `bounties/nearby/plane.py` reads them. What they compute is what
`bounties/places.py` computes. The asinh(tan) form of the projection stays finite at the poles.
One index for each mode: test bounties must not lie in the way of a live search, however many there are. It carries all
that a list shows and asks for: neighbours share a page of the index, while their rows lie all over the table, and with
millions of bounties every one of those would be another page to fetch.
"""

from django.db import migrations

_LATITUDE = "radians(latitude_e7 / 1e7::float8)"
_NARROWING = f"sqrt(1 - 0.0066943799901413165 * sin({_LATITUDE}) * sin({_LATITUDE}))"

_COLUMNS = f"""
ALTER TABLE bounties_bounty
    ADD COLUMN spot point NOT NULL GENERATED ALWAYS AS (point(
        6378137.0 * radians(longitude_e7 / 1e7::float8),
        6378137.0 * asinh(tan({_LATITUDE}))
    )) STORED,
    ADD COLUMN axis point NOT NULL GENERATED ALWAYS AS (point(
        6378137.0 * cos({_LATITUDE}) / {_NARROWING},
        6378137.0 * (1 - 0.0066943799901413165) * sin({_LATITUDE}) / {_NARROWING}
    )) STORED
"""
_NO_COLUMNS = "ALTER TABLE bounties_bounty DROP COLUMN spot, DROP COLUMN axis"


_CARRIED = (
    "id, latitude_e7, longitude_e7, axis, title, radius_m, reward_micros, media, media_count, challenge, daylight,"
    " opens_at, closes_at, free_slots, buyer_id"
)


def _index(mode: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE INDEX bounty_spot_{mode} ON bounties_bounty USING gist (spot) INCLUDE ({_CARRIED})"
        f" WHERE state = 'open' AND free_slots > 0 AND mode = '{mode}'",
        f"DROP INDEX bounty_spot_{mode}",
    )


class Migration(migrations.Migration):
    dependencies = (("bounties", "0002_constraints"),)

    operations = (migrations.RunSQL(_COLUMNS, _NO_COLUMNS), _index("live"), _index("test"))
