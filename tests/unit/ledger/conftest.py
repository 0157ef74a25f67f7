"""Nouns of the ledger's tests."""

import pytest

from tests.unit.ledger.people import CountingEntropy, Person, Unit, found, person


@pytest.fixture
def entropy() -> CountingEntropy:
    return CountingEntropy("test")


@pytest.fixture
def unit() -> Unit:
    """An operation with two coordinators and its charter only."""
    return found()


@pytest.fixture
def officer(unit: Unit) -> Person:
    """Admitted to the unit's operation."""
    return unit.admit()


@pytest.fixture
def stranger() -> Person:
    """Known to nobody."""
    return person(CountingEntropy("stranger"))
