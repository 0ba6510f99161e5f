"""``ip-adapter serve`` with a stopwatch on the writer's lock: ``python -m bench.serving``.

With ``BENCH_LOCK`` in the environment every write adds a line to that file: the milliseconds it waited for
its turn and the lock, and those it held the lock.
"""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adapter.cli import main
from adapter.storage import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

LOCK = "BENCH_LOCK"


def time_writes(path: Path) -> None:
    """Time every transaction of ``Store.write``, from the lock to the end of the commit."""
    write = Store.write

    @contextmanager
    def timed(self: Store, *args: Any, **named: Any) -> Iterator[Any]:
        asked = time.perf_counter()
        inside = write(self, *args, **named)
        with inside as writer:
            got = time.perf_counter()
            try:
                yield writer
            finally:
                decided = time.perf_counter()
        ended = time.perf_counter()
        with path.open("a") as file:
            file.write(
                f"{(got - asked) * 1000:.3f} {(ended - got) * 1000:.3f} {(ended - decided) * 1000:.3f}\n"
            )

    Store.write = timed  # type: ignore[method-assign]


if __name__ == "__main__":
    if LOCK in os.environ:
        time_writes(Path(os.environ[LOCK]))
    main(["serve"])
