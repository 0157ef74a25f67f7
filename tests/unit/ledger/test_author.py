import pytest

from cencomm.ledger.author import AuthorRefused, judge_author
from tests.unit.ledger.people import Person, Unit


def test_the_author_is_the_device_that_sent(officer: Person) -> None:
    device = officer.device()

    judge_author(device.certificate.hash, device.certificate)


def test_an_insider_posing_as_coordinator_is_refused(unit: Unit, officer: Person) -> None:
    with pytest.raises(AuthorRefused, match="another author") as refused:
        judge_author(unit.creator.device().certificate.hash, officer.device().certificate)
    assert refused.value.rule == "S8"


def test_another_device_of_the_same_person_is_another_author(officer: Person) -> None:
    with pytest.raises(AuthorRefused):
        judge_author(officer.device(1).certificate.hash, officer.device(2).certificate)
