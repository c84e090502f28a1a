"""The files in which processes count: who lives, who is buried, and when all is cleared."""

import os
import subprocess
import sys
from pathlib import Path

from market.metrics.folder import Folder

_ENTER = (
    "import sys; from pathlib import Path; from market.metrics.folder import Folder\n"
    "process, held = Folder(Path(sys.argv[1])).enter('web'); print(process.name, flush=True); sys.stdin.read()"
)


def somebody_else(folder: Path) -> tuple["subprocess.Popen[str]", str]:
    process = subprocess.Popen(
        [sys.executable, "-c", _ENTER, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def names(folder: Path) -> set[str]:
    return {file.name for file in folder.glob("*_*.db")}


def test_a_process_has_room_before_it_counts(tmp_path: Path) -> None:
    process, held = Folder(tmp_path).enter("web")
    with held:
        sizes = {file.name: file.stat() for file in tmp_path.glob("*.db")}
        assert set(sizes) == {f"{kind}_{process.name}.db" for kind in ("counter", "histogram", "gauge_livesum")}
        for stat in sizes.values():
            assert stat.st_blocks * 512 >= stat.st_size  # written out, not sparse: a full disk cannot kill us later
        assert list(Folder(tmp_path).living()) == [process]
        assert (process.pid, process.role) == (os.getpid(), "web")


def test_who_was_killed_is_buried_and_his_counts_stay(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    mine, held = folder.enter("worker")
    with held:
        other, name = somebody_else(tmp_path)
        assert {process.name for process in folder.living()} == {mine.name, name}
        other.kill()
        other.communicate()
        assert [process.name for process in folder.living()] == [mine.name]
        folder.bury()
        assert f"gauge_livesum_{name}.db" not in names(tmp_path)
        assert f"counter_{name}.db" in names(tmp_path)
        assert f"gauge_livesum_{mine.name}.db" in names(tmp_path)


def test_who_enters_beside_the_living_clears_nothing(tmp_path: Path) -> None:
    other, name = somebody_else(tmp_path)
    _, held = Folder(tmp_path).enter("web")
    with held:
        assert f"counter_{name}.db" in names(tmp_path)
    other.communicate("")


def test_the_first_of_a_new_house_clears_what_an_old_one_left(tmp_path: Path) -> None:
    other, name = somebody_else(tmp_path)
    other.kill()
    other.communicate()
    assert f"counter_{name}.db" in names(tmp_path)
    mine, held = Folder(tmp_path).enter("web")
    with held:
        assert {file.split("_")[-1] for file in names(tmp_path)} == {f"{mine.name}.db"}
