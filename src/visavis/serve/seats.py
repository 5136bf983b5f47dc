"""How many may be served at once."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from visavis.errors import BusyError


class Seats:
    """At most so many conversations at once."""

    def __init__(self, max_sessions: int) -> None:
        self.max_sessions = max_sessions
        self.n_taken = 0

    @contextmanager
    def take(self) -> Generator[None, None, None]:
        """Hold a seat. Raises BusyError if all are taken."""
        if self.n_taken >= self.max_sessions:
            raise BusyError("All seats are taken.", hint="Try again in a minute.")
        self.n_taken += 1
        try:
            yield
        finally:
            self.n_taken -= 1
