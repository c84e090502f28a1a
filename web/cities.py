"""Some thirty thousand cities by name, from a file that is made at set-up. Read when the first person types one."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from bounties.places import Place
from web.standpoint import Standpoint


@dataclass(frozen=True, slots=True)
class City:
    name: str
    country: str  # ISO 3166, two letters
    people: int
    place: Place


def find_city(text: str) -> Standpoint | None:
    """The largest city of this name; of one country, where it is named: `Valencia, VE`."""
    name, _, country = (part.strip() for part in text.partition(","))
    found = _by_name().get(folded(name), ())
    wanted = [city for city in found if not country or city.country == country.upper()]
    if not wanted:
        return None
    city = max(wanted, key=lambda each: each.people)
    return Standpoint(city.place, f"{city.name}, {city.country}")


def folded(name: str) -> str:
    """As people type it: without accents, in any case, with any kind of space or dash."""
    letters = unicodedata.normalize("NFKD", name.casefold().replace("ß", "ss").replace("ø", "o").replace("ł", "l"))
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(plain.replace("-", " ").replace("'", "").replace("\u2019", "").split())


def write(cities: Iterable[City], path: Path) -> None:
    lines = [
        f"{city.name}\t{city.country}\t{city.people}\t{city.place.lat:.5f}\t{city.place.lng:.5f}\n" for city in cities
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_text("".join(lines))
    unfinished.replace(path)


def read(path: Path) -> Iterable[City]:
    for line in path.read_text().splitlines():
        name, country, people, lat, lng = line.split("\t")
        yield City(name, country, int(people), Place(float(lat), float(lng)))


@lru_cache(maxsize=1)
def _by_name() -> Mapping[str, list[City]]:
    by_name: dict[str, list[City]] = {}
    path = Path(settings.CITIES_FILE)
    for city in read(path) if path.exists() else ():
        by_name.setdefault(folded(city.name), []).append(city)
    return by_name
