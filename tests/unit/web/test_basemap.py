"""The map of the world that is made at set-up."""

import gzip

import pytest

from bounties.places import Place
from web.basemap import tiles
from web.basemap.archive import archive, number_of
from web.basemap.cutting import Box, cut_line, cut_ring, thinned
from web.basemap.making import DEEPEST, World, make
from web.basemap.topology import Topology, project
from web.cities import City

UNIT = Box(0, 0, 1, 1)
SQUARE = [(-1.0, -1.0), (2.0, -1.0), (2.0, 2.0), (-1.0, 2.0)]


@pytest.mark.parametrize(
    ("address", "number"),
    [((0, 0, 0), 0), ((1, 0, 0), 1), ((1, 0, 1), 2), ((1, 1, 1), 3), ((1, 1, 0), 4), ((2, 0, 0), 5), ((3, 0, 0), 21)],
)
def test_tiles_are_numbered_along_the_curve(address: tuple[int, int, int], number: int) -> None:
    assert number_of(address) == number


def test_every_tile_of_a_zoom_has_a_number_of_its_own() -> None:
    numbers = {number_of((4, x, y)) for x in range(16) for y in range(16)}
    assert numbers == set(range(85, 85 + 256))


def test_a_ring_around_a_tile_becomes_the_tile() -> None:
    assert sorted(set(cut_ring(SQUARE, UNIT))) == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert cut_ring([(2.0, 2.0), (3.0, 2.0), (3.0, 3.0)], UNIT) == []


def test_a_line_is_cut_into_the_pieces_that_touch() -> None:
    line = [(0.1, 0.1), (0.2, 0.2), (5.0, 5.0), (6.0, 6.0), (0.9, 6.0), (0.9, 0.5)]
    assert cut_line(line, UNIT) == [[(0.1, 0.1), (0.2, 0.2), (5.0, 5.0)], [(0.9, 6.0), (0.9, 0.5)]]


def test_points_nearer_than_can_be_seen_are_left_out() -> None:
    assert thinned([(0, 0), (0.001, 0), (0.5, 0), (0.5004, 0)], 0.01) == [(0, 0), (0.5, 0)]


def test_borders_are_what_two_neighbours_share() -> None:
    topology = Topology(
        {
            "transform": {"scale": [1, 1], "translate": [0, 0]},
            "arcs": [[[0, 0], [10, 0]], [[10, 0], [0, 10], [-10, -10]], [[10, 0], [0, -10], [-10, 10]]],
            "objects": {
                "both": {
                    "geometries": [
                        {"type": "Polygon", "arcs": [[0, 1]]},
                        {"type": "MultiPolygon", "arcs": [[[0, 2]]]},
                    ]
                }
            },
        }
    )
    assert list(topology.borders("both")) == [[project(0, 0), project(10, 0)]]
    assert [len(polygon[0]) for polygon in topology.polygons("both")] == [4, 4]


def test_a_city_is_on_the_tiles_that_name_cities_of_its_size() -> None:
    city = City("Oslo", "NO", 600_000, Place(59.91, 10.75))
    made = make(World([], [], [city]))
    assert {zoom for zoom, _, _ in made} == {DEEPEST}
    [content] = made.values()
    assert b"Oslo" in content
    assert b"cities" in content


def test_land_is_on_every_zoom_and_what_lies_outside_is_on_none() -> None:
    made = make(World([[[(0.1, 0.1), (0.2, 0.1), (0.2, 0.2), (0.1, 0.2)]]], [], []))
    assert {zoom for zoom, _, _ in made} == set(range(DEEPEST + 1))
    assert (1, 0, 0) in made
    assert (1, 1, 1) not in made


def test_an_archive_says_where_its_tiles_are() -> None:
    content = archive({(0, 0, 0): b"world", (1, 0, 0): b"same", (1, 1, 0): b"same"}, about={})
    assert content[:8] == b"PMTiles\x03"
    directory_from, directory_bytes = (int.from_bytes(content[at : at + 8], "little") for at in (8, 16))
    data_from, data_bytes = (int.from_bytes(content[at : at + 8], "little") for at in (56, 64))
    assert data_from + data_bytes == len(content)
    directory = gzip.decompress(content[directory_from : directory_from + directory_bytes])
    first = len(gzip.compress(b"world", mtime=0))
    assert list(directory[:4]) == [3, 0, 1, 3]  # three, numbered 0, 1 and 4
    assert gzip.decompress(content[data_from : data_from + first]) == b"world"
    assert data_bytes == first + len(gzip.compress(b"same", mtime=0))  # what looks alike is stored once


def test_a_ring_is_turned_so_that_it_says_what_it_is() -> None:
    clockwise = [(0, 0), (10, 0), (10, 10), (0, 10)]
    assert tiles.shapes("x", [[clockwise]]) == tiles.shapes("x", [[list(reversed(clockwise))]])
