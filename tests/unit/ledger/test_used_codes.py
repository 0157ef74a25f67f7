"""A letter's code serves one person, and every coordinator who holds it sees that (D7)."""

from cencomm.ledger.bodies import Replace
from cencomm.ledger.content_key import new_content_key
from cencomm.ledger.enrolment import EnrolmentCode, mark_of
from cencomm.ledger.fingerprint import key_words
from cencomm.ledger.used_codes import used_by
from tests.unit.ledger.people import Unit

CODE, OTHER = EnrolmentCode(b"\x01" * 16), EnrolmentCode(b"\x02" * 16)


def test_a_code_is_recognised_by_the_mac_that_the_ledger_keeps(unit: Unit) -> None:
    officer = unit.admit()
    new = unit.renewed(officer)
    body = Replace(
        keys=new.keys(unit.ledger.operation, CODE),
        replaced=officer.identity.public_key,
        content_key=new_content_key(2, unit.entropy).ref,
    )

    assert used_by(mark_of(CODE), unit.ledger) is None
    unit.append(unit.sign(body))

    assert used_by(mark_of(CODE), unit.ledger) == unit.ledger.members[officer.account]
    assert used_by(mark_of(OTHER), unit.ledger) is None


def test_what_was_enrolled_before_the_letter_was_written_is_not_looked_at(unit: Unit) -> None:
    officer = unit.admit()
    new = unit.renewed(officer)
    keys = new.keys(unit.ledger.operation, CODE)
    key = new_content_key(2, unit.entropy).ref
    unit.append(unit.sign(Replace(keys=keys, replaced=officer.identity.public_key, content_key=key)))

    assert used_by(mark_of(CODE), unit.ledger, since=unit.ledger.sequence) is not None
    assert used_by(mark_of(CODE), unit.ledger, since=unit.ledger.sequence + 1) is None


def test_the_words_of_keys_are_of_both_keys() -> None:
    assert len(key_words(b"\x01" * 32, b"\x02" * 32)) == 6
    assert len({key_words(b"\x01" * 32, b"\x02" * 32), key_words(b"\x01" * 32, b"\x01" * 32)}) == 2
    assert key_words(b"\x01" * 32, b"\x02" * 32) != key_words(b"\x02" * 32, b"\x02" * 32)
