"""A member goes on under new keys: reset by the coordination unit, or a lost device secret (D3)."""

from dataclasses import replace

import pytest

from cencomm.ledger.bodies import PhaseBody
from cencomm.ledger.content_key import new_content_key
from cencomm.ledger.entry import sign_entry
from cencomm.ledger.kinds import Phase, Role
from tests.unit.ledger.people import START, Person, Unit, found, refuse


class TestMembership:
    def test_the_old_identity_ends_where_the_new_one_begins(self, unit: Unit) -> None:
        channel = unit.declare()
        old = unit.admit()
        new = unit.replace(old)
        keys = old.identity.public_key, new.identity.public_key

        assert [[unit.ledger.is_entitled(channel, key, at=at) for at in range(4)] for key in keys] == [
            [False, False, True, False],
            [False, False, False, True],
        ]
        assert [old.account in unit.ledger.entitled_accounts(channel, at=at) for at in range(4)] == [
            False, False, True, True
        ]  # fmt: skip
        assert unit.ledger.members[old.account].exchange_key == new.exchange.public_key

    def test_role_end_date_and_profile_stay(self, unit: Unit) -> None:
        analyst = unit.person()
        unit.append(unit.sign(replace(unit.admission(analyst, Role.ANALYST), until=START + 60)))
        before = unit.ledger.members[analyst.account]
        new = unit.replace(analyst)

        after = unit.ledger.members[analyst.account]

        assert (after.role, after.until, after.profile) == (before.role, before.until, before.profile)
        assert (after.identity_key, after.admitted_at, after.revoked_at) == (new.identity.public_key, 2, None)
        assert unit.ledger.identities[before.identity_key] == replace(before, revoked_at=2)

    def test_history_begins_with_the_first_admission_through_any_number_of_replacements(self, unit: Unit) -> None:
        officer = unit.admit()
        unit.append(unit.sign(PhaseBody(phase=Phase.TEST)))
        third = unit.replace(unit.replace(officer))

        member = unit.ledger.identities[third.identity.public_key]

        assert (member.first_admitted_at, member.admitted_at) == (1, 4)

    def test_history_of_who_was_revoked_and_comes_back_begins_anew(self, unit: Unit, officer: Person) -> None:
        unit.revoke(officer)
        back = unit.renewed(officer)
        unit.append(unit.sign(unit.admission(back)))

        assert unit.ledger.members[officer.account].first_admitted_at == 3

    def test_only_a_member_is_replaced(self, unit: Unit, officer: Person, stranger: Person) -> None:
        refuse(unit.ledger, unit.sign(unit.replacement(stranger, unit.renewed(stranger))), "L6", "not a member")
        unit.revoke(officer)

        refuse(unit.ledger, unit.sign(unit.replacement(officer, unit.renewed(officer))), "L6", "not a member")

    def test_the_identity_that_ends_is_the_accounts_own(self, unit: Unit, officer: Person) -> None:
        """Else an entry could end the keys of one account in the name of another."""
        other = unit.admit()

        refuse(unit.ledger, unit.sign(unit.replacement(other, unit.renewed(officer))), "L6", "not a member")

    def test_two_coordinators_who_replace_one_officer_at_once_do_so_once(self, unit: Unit, officer: Person) -> None:
        unit.replace(officer)

        late = unit.replacement(officer, unit.renewed(officer))

        refuse(unit.ledger, unit.sign(late, by=unit.others[0]), "L6", "not a member")


class TestKeys:
    def test_the_old_identity_key_never_returns(self, unit: Unit, officer: Person) -> None:
        new = unit.replace(officer)

        refuse(unit.ledger, unit.sign(unit.replacement(new, officer)), "L6", "used before")
        refuse(unit.ledger, unit.sign(unit.admission(replace(officer, account=unit.person().account))), "L6", "used")

    @pytest.mark.parametrize("part", ["identity", "exchange"])
    def test_both_keys_are_new_to_the_operation(self, unit: Unit, officer: Person, part: str) -> None:
        other, new = unit.admit(), unit.renewed(officer)
        double = replace(
            new,
            identity=other.identity if part == "identity" else new.identity,
            exchange=officer.exchange if part == "exchange" else new.exchange,
        )

        refuse(unit.ledger, unit.sign(unit.replacement(officer, double)), "L6", "used before")

    def test_the_holder_of_the_new_key_asked_for_it(self, unit: Unit, officer: Person) -> None:
        body = unit.replacement(officer, unit.renewed(officer))
        swapped = replace(body.keys, exchange_key=unit.person().exchange.public_key)
        elsewhere = found(seed="other").replacement(officer, unit.renewed(officer))

        refuse(unit.ledger, unit.sign(replace(body, keys=swapped)), "D7", "not signed by the identity")
        refuse(unit.ledger, unit.sign(replace(elsewhere, content_key=body.content_key)), "D7", "not signed")

    @pytest.mark.parametrize("number", [0, 1, 3])
    def test_a_replacement_brings_the_next_content_key(self, unit: Unit, officer: Person, number: int) -> None:
        """A thief of the old keys holds the content key of today."""
        body = unit.replacement(officer, unit.renewed(officer))
        wrong = replace(body, content_key=new_content_key(number, unit.entropy).ref)

        refuse(unit.ledger, unit.sign(wrong), "L7", "number 2")
        assert unit.append(unit.sign(body)).content_key == body.content_key


class TestCoordinators:
    def test_replacing_a_coordinator_takes_two(self) -> None:
        unit = found(coordinators=3)
        lost = unit.others[1]
        body = unit.replacement(lost, unit.renewed(lost))

        refuse(unit.ledger, unit.sign(body), "L5", "takes 1")
        assert len(unit.append(unit.sign(body, second=unit.others[0])).coordinators(at=1)) == 3

    def test_replacing_an_officer_takes_one(self, unit: Unit, officer: Person) -> None:
        body = unit.replacement(officer, unit.renewed(officer))

        refuse(unit.ledger, unit.sign(body, second=unit.others[0]), "L5", "takes 0")
        assert unit.append(unit.sign(body)).sequence == 2

    def test_a_replaced_coordinator_signs_under_the_new_key_only(self) -> None:
        unit = found(coordinators=3)
        old = unit.others[1]
        new = unit.renewed(old)
        unit.append(unit.sign(unit.replacement(old, new), second=unit.others[0]))
        body = PhaseBody(phase=Phase.TEST)

        refuse(unit.ledger, unit.sign(body, by=old), "L1", "only coordinators")
        assert unit.append(unit.sign(body, by=new)).phase is Phase.TEST

    def test_a_second_signature_that_the_old_key_gave_dies_with_it(self) -> None:
        unit = found(coordinators=3)
        old = unit.others[1]
        admission = unit.admission(unit.person(), Role.COORDINATOR)
        kept = unit.sign(admission, second=old).entry.cosignatures
        unit.append(unit.sign(unit.replacement(old, unit.renewed(old)), second=unit.others[0]))
        entry = replace(unit.sign(admission).entry, cosignatures=kept)

        refuse(unit.ledger, sign_entry(entry, unit.creator.identity), "L1", "only coordinators")

    def test_the_last_coordinator_may_be_replaced_since_somebody_is_left_to_sign(self) -> None:
        unit = found(coordinators=1, exercise=True)
        new = unit.replace(unit.creator)

        assert unit.append(unit.sign(PhaseBody(phase=Phase.TEST), by=new)).sequence == 2
