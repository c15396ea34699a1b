"""Answers kept for a while. Decides how many and how long; knows nothing of what it keeps."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TypeVar

Result = TypeVar("Result")


class Kept:
    """A bounded memory, the least used goes first; safe for many threads."""

    def __init__(self, *, most: int) -> None:
        self._most = most
        self._rows: OrderedDict[Hashable, tuple[float, object]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], Result], ttl: float) -> Result:
        """The kept answer, or a new one; two askers at once may both make it."""
        with self._lock:
            found = self._rows.get(key)
            if found is not None and found[0] > time.monotonic():
                self._rows.move_to_end(key)
                return found[1]  # type: ignore[return-value]
        made = make()
        with self._lock:
            self._rows[key] = (time.monotonic() + ttl, made)
            self._rows.move_to_end(key)
            while len(self._rows) > self._most:
                self._rows.popitem(last=False)
        return made
