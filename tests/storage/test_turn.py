"""The queue of writers: first come, first served, between threads and between processes."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from itertools import groupby
from typing import TYPE_CHECKING

import pytest

from adapter.storage.turn import Turn

if TYPE_CHECKING:
    from pathlib import Path

TAKING = """
import sys, time
from pathlib import Path
from adapter.storage.turn import Turn
turn, name, told = Turn(Path(sys.argv[1])), sys.argv[2], Path(sys.argv[3])
told.with_name(name).touch()
while len(sys.argv) > 5 and not told.with_name(sys.argv[5]).exists():
    time.sleep(0.001)
for _ in range(int(sys.argv[4])):
    with turn.taken(20), told.open("a") as file:
        file.write(name)
        file.flush()
        time.sleep(0.002)
"""


def taking(path: Path, name: str, told: Path, times: int, *other: str) -> subprocess.Popen[bytes]:
    """A process that takes its turn again and again from when the other runs, and writes its name."""
    line = [sys.executable, "-c", TAKING, str(path), name, str(told), str(times), *other]
    return subprocess.Popen(line)


def database(folder: Path) -> Path:
    """A file in the place of a database."""
    path = folder / "db"
    path.touch()
    return path


@pytest.mark.parametrize("with_file", [True, False])
def test_threads_are_served_in_the_order_they_came(tmp_path: Path, with_file: bool) -> None:
    """Threads that wait for a turn get it in their order, one at a time."""
    turn = Turn(database(tmp_path) if with_file else None)
    served: list[int] = []

    def take(number: int) -> None:
        with turn.taken(20):
            served.append(number)

    threads = [threading.Thread(target=take, args=(number,)) for number in range(12)]
    with turn.taken(20):
        for thread in threads:
            thread.start()
            time.sleep(0.01)
        assert served == []
    for thread in threads:
        thread.join()
    turn.close()
    assert served == list(range(12))


def test_a_thread_that_gave_up_stops_nobody(tmp_path: Path) -> None:
    """A thread whose patience ends gets TimeoutError, and those behind it are served."""
    turn = Turn(database(tmp_path))
    served: list[str] = []

    def take(name: str, seconds: float) -> None:
        try:
            with turn.taken(seconds):
                served.append(name)
        except TimeoutError:
            served.append(f"{name} gave up")

    with turn.taken(20):
        hasty = threading.Thread(target=take, args=("hasty", 0.05))
        patient = threading.Thread(target=take, args=("patient", 20))
        hasty.start()
        time.sleep(0.02)
        patient.start()
        hasty.join()
    patient.join()
    turn.close()
    assert served == ["hasty gave up", "patient"]


def test_processes_take_turns(tmp_path: Path) -> None:
    """Two processes that always want to write alternate: most turns of one follow a turn of the other."""
    told = tmp_path / "told"
    both = [taking(database(tmp_path), name, told, 60, other) for name, other in ("ab", "ba")]
    assert [process.wait(60) for process in both] == [0, 0]
    order = told.read_text()
    assert (order.count("a"), order.count("b")) == (60, 60)
    assert len(list(groupby(order))) > 60


def test_a_process_that_is_killed_frees_its_turn(tmp_path: Path) -> None:
    """The turn of a killed process ends with it."""
    told = tmp_path / "told"
    told.touch()
    killed = taking(database(tmp_path), "a", told, 100_000)
    while not told.read_text():
        time.sleep(0.01)
    killed.kill()
    killed.wait()
    turn = Turn(database(tmp_path))
    with turn.taken(5):
        pass
    turn.close()


def test_a_folder_without_room_for_the_queue_stops_nobody(tmp_path: Path) -> None:
    """Threads still take turns if the file cannot be made; the database keeps processes apart."""
    turn = Turn(tmp_path / "missing" / "db")
    with turn.taken(1):
        pass
    turn.close()
