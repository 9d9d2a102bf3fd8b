"""What Great Expectations would work out over and over: an expectation's configuration, about a hundred times for each rule.

It is made afresh from the expectation's fields whenever it is asked for, and was two fifths of the CPU that a suite takes for a
school of a thousand rows. The expectations of one validation do not change while it runs.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def configurations_remembered() -> Iterator[None]:
    """Let each expectation's configuration be made once within; one validation at a time, as in a task."""
    from great_expectations.expectations.expectation import Expectation  # noqa: TID251  # seconds of CPU, only where a suite runs

    asked: Any = Expectation.configuration
    # The expectation is kept beside it: the next object at the same address would be taken for it.
    known: dict[int, tuple[Any, Any]] = {}

    def configuration(self: Any) -> Any:
        if id(self) not in known:
            known[id(self)] = (self, asked.fget(self))
        return known[id(self)][1]

    Expectation.configuration = property(configuration)
    try:
        yield
    finally:
        Expectation.configuration = asked
