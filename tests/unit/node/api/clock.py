"""Time as these tests see it."""

from tests.unit.node.records.operation import NOW


class StandingClock:
    """Moves when a test moves it."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> int:
        return self.now
