from dataclasses import replace

import pytest

from cencomm.errors import UsageError
from cencomm.ids import AccountId, OperationId
from cencomm.ledger.bodies import Admit, Body, Charter, FormBody, PhaseBody, Revoke
from cencomm.ledger.content_key import BlobRef
from cencomm.ledger.enrolment import EnrolmentCode, EnrolmentProof, Keys
from cencomm.ledger.entry import Cosignature, Entry, SignedEntry, cosign, first_entry, sign_entry
from cencomm.ledger.entry_rules import judge_time
from cencomm.ledger.kinds import ChannelKind, EntryType, Phase, RevokeReason, Role
from cencomm.ledger.refusal import LedgerRefused
from cencomm.ledger.relay_key import RelayKey
from cencomm.ledger.replay import Ledger, NotEntitled, Pin, replay
from cencomm.primitives.signatures import SigningKey, sign_with_label
from tests.unit.ledger.people import START, CountingEntropy, Person, Unit, charter_of, found, person, refuse


def refuse_charter(charter: Charter, key: SigningKey, rule: str, sentence: str) -> None:
    with pytest.raises(LedgerRefused, match=sentence) as refused:
        Ledger.start(sign_entry(first_entry(charter, time=START), key))
    assert refused.value.rule == rule


class TestCharter:
    def test_it_founds_an_operation_with_its_coordinators(self, unit: Unit) -> None:
        ledger = unit.ledger

        assert (ledger.sequence, ledger.operation) == (0, unit.entries[0].hash)
        assert {member.account for member in ledger.coordinators(at=0)} == set(ledger.members)
        assert ledger.phase is Phase.PLANNING
        assert ledger.time == START

    def test_an_exercise_does_with_one_coordinator_and_an_operation_does_not(self) -> None:
        assert len(found(coordinators=1, exercise=True).ledger.members) == 1
        with pytest.raises(LedgerRefused, match="at least 2") as refused:
            found(coordinators=1)
        assert refused.value.rule == "L5"

    def test_a_ledger_begins_with_a_charter_and_has_one(self, unit: Unit) -> None:
        entry = Entry(
            operation=None,
            sequence=0,
            previous=bytes(32),
            time=START,
            signer=unit.creator.identity.public_key,
            body=PhaseBody(phase=Phase.TEST),
        )

        with pytest.raises(LedgerRefused, match="begins with a charter"):
            Ledger.start(sign_entry(entry, unit.creator.identity))
        refuse(unit.ledger, unit.sign(unit.ledger.charter), "L2", "entry 0 only")
        with pytest.raises(LedgerRefused, match="at least its charter"):
            replay([])

    def test_its_signer_is_its_first_coordinator(self, unit: Unit, stranger: Person) -> None:
        entry = replace(unit.entries[0].entry, signer=stranger.identity.public_key)

        with pytest.raises(LedgerRefused, match="first coordinator"):
            Ledger.start(sign_entry(entry, stranger.identity))

    def test_a_charter_that_the_relay_signed_itself_is_refused(self, unit: Unit) -> None:
        signed = unit.entries[0]
        forged = SignedEntry(signed.content, sign_with_label(unit.relay, b"cencomm ledger entry", signed.content))

        with pytest.raises(LedgerRefused, match="signature does not verify"):
            Ledger.start(forged)

    def test_nothing_comes_before_it(self, unit: Unit) -> None:
        entry = replace(unit.entries[0].entry, previous=bytes(31) + b"\x01")

        with pytest.raises(LedgerRefused, match="nothing comes before"):
            Ledger.start(sign_entry(entry, unit.creator.identity))

    def test_it_has_no_cosignature(self, unit: Unit) -> None:
        cosignature = Cosignature(unit.relay.public_key, bytes(16), bytes(64))
        entry = replace(unit.entries[0].entry, cosignatures=(cosignature,))

        with pytest.raises(LedgerRefused, match="no cosignature"):
            Ledger.start(sign_entry(entry, unit.creator.identity))

    def test_each_coordinator_asked_for_it(self, unit: Unit) -> None:
        charter = unit.ledger.charter
        own, invited = charter.coordinators
        forged = replace(invited, proof=EnrolmentProof(invited.proof.mac, own.proof.signature))

        refuse_charter(
            replace(charter, coordinators=(own, forged)), unit.creator.identity, "D7", "not signed by the identity"
        )

    def test_the_creator_pretends_no_code(self, unit: Unit, entropy: CountingEntropy) -> None:
        charter = unit.ledger.charter
        own = unit.creator.keys(charter.nonce, EnrolmentCode.generate(entropy))

        refuse_charter(
            replace(charter, coordinators=(own, charter.coordinators[1])), unit.creator.identity, "D7", "without a code"
        )

    @pytest.mark.parametrize(
        ("rule", "sentence"),
        [("L6", "one profile"), ("L4", "names its relay"), ("L7", "number 1"), ("L6", "used before")],
    )
    def test_it_is_complete_and_says_nothing_twice(self, unit: Unit, rule: str, sentence: str) -> None:
        charter = unit.ledger.charter
        wrong = {
            "one profile": replace(charter, profiles=charter.profiles[:1]),
            "names its relay": replace(charter, relay_name=""),
            "number 1": replace(charter, content_key=replace(charter.content_key, number=2)),
            "used before": replace(charter, profiles=(charter.plan, charter.profiles[1])),
        }[sentence]

        refuse_charter(wrong, unit.creator.identity, rule, sentence)

    def test_an_account_stands_in_it_once(self, entropy: CountingEntropy) -> None:
        first, second = person(entropy), person(entropy)
        charter = charter_of([first, replace(second, account=first.account)], entropy, RelayKey.generate(entropy))

        refuse_charter(charter, first.identity, "L6", "member already")

    def test_the_operation_is_named_by_its_exact_bytes(self) -> None:
        assert found(seed="a").ledger.operation != found(seed="b").ledger.operation
        assert found(seed="a").ledger.operation == found(seed="a").ledger.operation


class TestPlace:
    BODY = PhaseBody(phase=Phase.TEST)

    def entry(self, unit: Unit) -> Entry:
        return unit.sign(self.BODY).entry

    def test_an_entry_of_another_operation_cannot_be_replayed_here(self, unit: Unit) -> None:
        other = found(seed="other")
        other.ledger = replace(other.ledger, membership=unit.ledger.membership)  # the same people run both
        entry = replace(other.sign(self.BODY, by=unit.creator).entry, previous=unit.ledger.head_hash)

        refuse(unit.ledger, sign_entry(entry, unit.creator.identity), "L1", "another operation")

    @pytest.mark.parametrize("sequence", [2, 3, 2**63])
    def test_the_next_sequence_only(self, unit: Unit, sequence: int) -> None:
        signed = sign_entry(replace(self.entry(unit), sequence=sequence), unit.creator.identity)

        refuse(unit.ledger, signed, "L1", "entry 1 comes next")

    def test_an_entry_cannot_be_appended_twice(self, unit: Unit) -> None:
        signed = unit.sign(self.BODY)
        unit.append(signed)

        refuse(unit.ledger, signed, "L1", "comes next")

    def test_an_entry_that_lost_the_race_does_not_follow(self, unit: Unit) -> None:
        lost = unit.sign(PhaseBody(phase=Phase.TEST), by=unit.others[0])
        unit.append(unit.sign(PhaseBody(phase=Phase.PREPARATION)))
        moved = sign_entry(replace(lost.entry, sequence=2), unit.others[0].identity)

        refuse(unit.ledger, lost, "L1", "comes next")
        refuse(unit.ledger, moved, "L1", "another history")

    def test_time_does_not_run_backwards_and_may_stand_still(self, unit: Unit) -> None:
        refuse(unit.ledger, unit.sign(self.BODY, time=START - 1), "L5", "older")
        assert unit.append(unit.sign(self.BODY, time=START)).time == START
        assert unit.append(unit.sign(self.BODY, time=START + 60)).time == START + 60

    def test_a_time_of_the_future_is_refused_by_whoever_accepts_entries(self, unit: Unit) -> None:
        entry = unit.sign(self.BODY, time=START + 301).entry

        judge_time(entry, now=START + 1)
        with pytest.raises(LedgerRefused, match="check the clock"):
            judge_time(entry, now=START)


class TestSigner:
    BODY = PhaseBody(phase=Phase.TEST)

    def test_a_relay_that_inserts_an_entry_is_refused(self, unit: Unit, stranger: Person) -> None:
        admission = unit.admission(stranger)
        by_relay = sign_entry(unit.ledger.next_entry(admission, time=START, signer=unit.relay.public_key), unit.relay)
        genuine = unit.sign(admission)
        with_relays_signature = SignedEntry(
            genuine.content, sign_with_label(unit.relay, b"cencomm ledger entry", genuine.content)
        )

        refuse(unit.ledger, by_relay, "L1", "only coordinators")
        refuse(unit.ledger, with_relays_signature, "L1", "signature does not verify")

    def test_an_insider_posing_as_coordinator_is_refused(self, unit: Unit, officer: Person) -> None:
        refuse(unit.ledger, unit.sign(self.BODY, by=officer), "L1", "only coordinators")

    def test_a_stranger_is_refused(self, unit: Unit, stranger: Person) -> None:
        refuse(unit.ledger, unit.sign(self.BODY, by=stranger), "L1", "only coordinators")

    def test_a_revoked_coordinator_signs_no_more(self) -> None:
        unit = found(coordinators=3)
        gone = unit.others[1]
        unit.append(unit.sign(unit.revocation(gone), second=unit.others[0]))

        refuse(unit.ledger, unit.sign(self.BODY, by=gone), "L1", "only coordinators")

    def test_every_bit_of_an_entry_counts(self, unit: Unit) -> None:
        signed = unit.sign(self.BODY)
        unit.ledger.append(signed)
        time_field = signed.content.index(START.to_bytes(8, "big"))
        later = bytearray(signed.content)
        later[time_field + 7] ^= 1

        refuse(unit.ledger, SignedEntry(bytes(later), signed.signature), "L1", "signature does not verify")

    def test_an_admitted_coordinator_signs_from_then_on(self, unit: Unit) -> None:
        new = unit.admit(Role.COORDINATOR)

        assert unit.append(unit.sign(self.BODY, by=new)).phase is Phase.TEST


class TestCosignature:
    def test_admitting_a_coordinator_takes_two(self, unit: Unit) -> None:
        admission = unit.admission(unit.person(), Role.COORDINATOR)

        refuse(unit.ledger, unit.sign(admission), "L5", "takes 1")
        assert len(unit.append(unit.sign(admission, second=unit.others[0])).members) == 3

    def test_revoking_a_coordinator_takes_two(self) -> None:
        unit = found(coordinators=3)
        revocation = unit.revocation(unit.others[1])

        refuse(unit.ledger, unit.sign(revocation), "L5", "takes 1")
        assert len(unit.append(unit.sign(revocation, second=unit.others[0])).coordinators(at=1)) == 2

    def test_what_the_policy_lists_takes_two(self) -> None:
        unit = found(two_signatures=(EntryType.PHASE,))
        body = PhaseBody(phase=Phase.CLOSED)

        refuse(unit.ledger, unit.sign(body), "L5", "takes 1")
        assert unit.append(unit.sign(body, second=unit.others[0])).phase is Phase.CLOSED

    def test_one_coordinator_alone_needs_none(self) -> None:
        unit = found(coordinators=1, exercise=True, two_signatures=(EntryType.PHASE,))

        unit.append(unit.sign(PhaseBody(phase=Phase.TEST)))
        unit.admit(Role.COORDINATOR)

        assert len(unit.ledger.coordinators(at=2)) == 2

    def test_where_none_is_due_none_is_taken(self, unit: Unit) -> None:
        body = PhaseBody(phase=Phase.TEST)

        refuse(unit.ledger, unit.sign(body, second=unit.others[0]), "L5", "takes 0")

    def test_the_second_is_another_coordinator(self, unit: Unit, officer: Person) -> None:
        admission = unit.admission(unit.person(), Role.COORDINATOR)

        refuse(unit.ledger, unit.sign(admission, second=unit.creator), "L5", "another coordinator")
        refuse(unit.ledger, unit.sign(admission, second=officer), "L1", "only coordinators")

    def test_it_covers_this_body_in_this_operation(self, unit: Unit, entropy: CountingEntropy) -> None:
        second = unit.others[0].identity
        admission = unit.admission(unit.person(), Role.COORDINATOR)
        for operation, body in (
            (unit.ledger.operation, unit.admission(unit.person(), Role.COORDINATOR)),
            (OperationId(bytes(32)), admission),
        ):
            other = cosign(second, operation, body, entropy(16))
            entry = unit.ledger.next_entry(
                admission, time=START, signer=unit.creator.identity.public_key, cosignatures=(other,)
            )
            refuse(unit.ledger, sign_entry(entry, unit.creator.identity), "L5", "cosignature does not verify")

    def test_an_entry_signature_is_no_cosignature(self, unit: Unit, entropy: CountingEntropy) -> None:
        second = unit.others[0].identity
        admission = unit.admission(unit.person(), Role.COORDINATOR)
        nonce = entropy(16)
        genuine = cosign(second, unit.ledger.operation, admission, nonce)
        tbs = b"\x01" + unit.ledger.operation + b"\x03" + _opaque(admission) + nonce
        relabelled = replace(genuine, signature=sign_with_label(second, b"cencomm ledger entry", tbs))
        assert genuine.signature == sign_with_label(second, b"cencomm cosignature", tbs)

        entry = unit.ledger.next_entry(
            admission, time=START, signer=unit.creator.identity.public_key, cosignatures=(relabelled,)
        )
        refuse(unit.ledger, sign_entry(entry, unit.creator.identity), "L5", "cosignature does not verify")

    def test_a_nonce_counts_once(self) -> None:
        unit = found(coordinators=3, two_signatures=(EntryType.PHASE,))
        body = PhaseBody(phase=Phase.TEST)
        signed = unit.sign(body, second=unit.others[0])
        unit.append(signed)
        again = unit.ledger.next_entry(
            body, time=START, signer=unit.creator.identity.public_key, cosignatures=signed.entry.cosignatures
        )

        refuse(unit.ledger, sign_entry(again, unit.creator.identity), "L5", "used before")


class TestPeople:
    def test_admission_and_revocation_are_kept_as_an_interval(self, unit: Unit) -> None:
        officer = unit.admit()
        unit.append(unit.sign(PhaseBody(phase=Phase.TEST)))
        unit.revoke(officer)

        member = unit.ledger.members[officer.account]

        assert (member.admitted_at, member.revoked_at) == (1, 3)
        assert [member.belongs(at=at) for at in range(5)] == [False, True, True, False, False]
        assert (member.identity_key, member.exchange_key) == (officer.identity.public_key, officer.exchange.public_key)

    def test_an_account_is_admitted_once_at_a_time(self, unit: Unit, officer: Person) -> None:
        other_keys = replace(unit.person(), account=officer.account)

        refuse(unit.ledger, unit.sign(unit.admission(other_keys)), "L6", "member already")

    @pytest.mark.parametrize("part", ["identity", "exchange"])
    def test_nobody_brings_a_key_that_somebody_else_has(self, unit: Unit, officer: Person, part: str) -> None:
        newcomer = unit.person()
        double = replace(
            newcomer,
            identity=officer.identity if part == "identity" else newcomer.identity,
            exchange=officer.exchange if part == "exchange" else newcomer.exchange,
        )

        refuse(unit.ledger, unit.sign(unit.admission(double)), "L6", "used before")

    def test_a_revoked_officer_does_not_come_back_with_the_same_keys(self, unit: Unit, officer: Person) -> None:
        first_admission = unit.entries[-1].entry.body
        unit.revoke(officer)

        refuse(unit.ledger, unit.sign(first_admission), "L6", "used before")
        refuse(unit.ledger, unit.sign(unit.admission(officer)), "L6", "used before")

    def test_an_account_comes_back_with_new_keys_and_the_old_interval_stays(self, unit: Unit, officer: Person) -> None:
        unit.revoke(officer)
        renewed = replace(unit.person(), account=officer.account)
        del unit.codes[officer.account]

        ledger = unit.append(unit.sign(unit.admission(renewed)))

        assert ledger.members[officer.account].identity_key == renewed.identity.public_key
        assert ledger.identities[officer.identity.public_key].revoked_at == 2

    def test_an_admission_is_asked_for_by_the_identity_key_that_it_admits(self, unit: Unit, stranger: Person) -> None:
        admission = unit.admission(stranger)
        keys: Keys = replace(admission.keys, exchange_key=unit.person().exchange.public_key)

        refuse(unit.ledger, unit.sign(replace(admission, keys=keys)), "D7", "not signed by the identity")

    def test_an_enrolment_for_another_operation_admits_nobody(self, unit: Unit, stranger: Person) -> None:
        other = found(seed="other")

        refuse(unit.ledger, unit.sign(other.admission(stranger)), "D7", "not signed by the identity")

    def test_a_blob_id_is_used_once(self, unit: Unit) -> None:
        admission = replace(unit.admission(unit.person()), profile=unit.ledger.charter.plan)

        refuse(unit.ledger, unit.sign(admission), "L6", "used before")

    def test_only_a_member_is_revoked_and_once(self, unit: Unit, officer: Person, stranger: Person) -> None:
        refuse(unit.ledger, unit.sign(unit.revocation(stranger)), "L6", "not a member")
        mixed = replace(unit.revocation(officer), identity_key=stranger.identity.public_key)
        refuse(unit.ledger, unit.sign(mixed), "L6", "not a member")

        unit.revoke(officer)

        refuse(unit.ledger, unit.sign(unit.revocation(officer)), "L6", "not a member")

    def test_the_last_coordinator_cannot_be_revoked(self, unit: Unit) -> None:
        unit.append(unit.sign(unit.revocation(unit.others[0]), second=unit.others[0]))

        refuse(unit.ledger, unit.sign(unit.revocation(unit.creator)), "L5", "last coordinator")

    @pytest.mark.parametrize("number", [0, 1, 3])
    def test_a_revocation_brings_the_next_content_key(self, unit: Unit, officer: Person, number: int) -> None:
        revocation = unit.revocation(officer)
        wrong = replace(revocation, content_key=replace(revocation.content_key, number=number))

        refuse(unit.ledger, unit.sign(wrong), "L7", "number 2")
        assert unit.append(unit.sign(revocation)).content_key == revocation.content_key

    def test_an_end_date_is_kept_and_judged_by_no_replay(self, unit: Unit, stranger: Person) -> None:
        channel = unit.declare()
        unit.append(unit.sign(replace(unit.admission(stranger), until=START - 1)))

        member = unit.ledger.entitled(channel, stranger.identity.public_key, at=2)

        assert member.until == START - 1


class TestChannels:
    def test_roles_and_accounts_are_entitled(self, unit: Unit) -> None:
        officer, analyst, guest = unit.admit(), unit.admit(Role.ANALYST), unit.admit(Role.NCEN)
        body = unit.channel_body(roles=(Role.OFFICER,), accounts=(guest.account,))
        unit.append(unit.sign(body))

        at = unit.ledger.sequence

        assert unit.ledger.entitled_accounts(body.channel, at=at) == {officer.account, guest.account}
        with pytest.raises(NotEntitled, match="not entitled"):
            unit.ledger.entitled(body.channel, analyst.identity.public_key, at=at)

    def test_entitlement_is_judged_at_the_head_that_is_asked_for(self, unit: Unit) -> None:
        channel = unit.declare()
        officer = unit.admit()
        unit.revoke(officer)
        key = officer.identity.public_key

        assert [unit.ledger.is_entitled(channel, key, at=at) for at in range(4)] == [False, False, True, False]
        assert not unit.ledger.is_entitled(channel, unit.creator.identity.public_key, at=0)
        with pytest.raises(UsageError):
            unit.ledger.is_entitled(channel, key, at=4)

    def test_strangers_and_unknown_channels_entitle_nobody(self, unit: Unit, stranger: Person) -> None:
        channel = unit.declare()

        with pytest.raises(NotEntitled, match="not a member"):
            unit.ledger.entitled(channel, stranger.identity.public_key, at=1)
        with pytest.raises(NotEntitled, match="no such channel"):
            unit.ledger.entitled(unit.channel_body().channel, unit.creator.identity.public_key, at=1)

    def test_cen_is_in_release_channels_only(self, unit: Unit) -> None:
        cen = unit.admit(Role.CEN)
        main = unit.channel_body(roles=(Role.COORDINATOR, Role.CEN), accounts=(cen.account,))
        unit.append(unit.sign(main))
        release = unit.declare(roles=(Role.COORDINATOR, Role.CEN), kind=ChannelKind.RELEASE)

        at = unit.ledger.sequence

        assert not unit.ledger.is_entitled(main.channel, cen.identity.public_key, at=at)
        assert unit.ledger.is_entitled(release, cen.identity.public_key, at=at)

    def test_a_group_id_is_used_once_in_the_life_of_an_operation(self, unit: Unit) -> None:
        first = unit.channel_body()
        unit.append(unit.sign(first))

        refuse(unit.ledger, unit.sign(replace(unit.channel_body(), group_id=first.group_id)), "L8", "used before")
        refuse(unit.ledger, unit.sign(replace(unit.channel_body(), channel=first.channel)), "L8", "used before")

    def test_a_channel_is_well_declared(self, unit: Unit) -> None:
        body = unit.channel_body()
        account = AccountId(bytes(16))

        for wrong, sentence in (
            (replace(body, generation=0), "generation 1"),
            (replace(body, generation=2), "generation 1"),
            (replace(body, roles=(), accounts=()), "nobody"),
            (replace(body, roles=(Role.OFFICER, Role.OFFICER)), "twice"),
            (replace(body, accounts=(account, account)), "twice"),
        ):
            refuse(unit.ledger, unit.sign(wrong), "L8", sentence)


class TestForms:
    def test_each_version_is_a_blob_of_its_own(self, unit: Unit) -> None:
        first, second = unit.blob(), unit.blob()
        unit.append(unit.sign(FormBody(definition=first, version=1)))
        unit.append(unit.sign(FormBody(definition=second, version=2)))

        assert [(form.definition, form.version, form.sequence) for form in unit.ledger.forms.values()] == [
            (first, 1, 1),
            (second, 2, 2),
        ]

    def test_a_swapped_form_cannot_take_the_place_of_one_that_is_there(self, unit: Unit) -> None:
        form = unit.blob()
        unit.append(unit.sign(FormBody(definition=form, version=1)))
        swapped = BlobRef(form.blob, unit.blob().hash)

        refuse(unit.ledger, unit.sign(FormBody(definition=swapped, version=2)), "L6", "used before")


class TestPin:
    def test_a_longer_ledger_honours_a_pin(self, unit: Unit) -> None:
        pin = unit.ledger.pin
        unit.admit()

        unit.ledger.verify_pin(pin)
        unit.ledger.verify_pin(unit.ledger.pin)

    def test_a_shorter_ledger_is_refused(self, unit: Unit) -> None:
        shorter = unit.ledger
        unit.admit()

        with pytest.raises(LedgerRefused, match="this device saw entry 1") as refused:
            shorter.verify_pin(unit.ledger.pin)
        assert refused.value.rule == "L2"

    def test_another_history_or_operation_is_refused(self, unit: Unit) -> None:
        fork = unit.ledger.append(unit.sign(PhaseBody(phase=Phase.TEST)))
        unit.admit()

        with pytest.raises(LedgerRefused, match="is not the one"):
            fork.verify_pin(unit.ledger.pin)
        with pytest.raises(LedgerRefused, match="another operation"):
            fork.verify_pin(Pin(OperationId(bytes(32)), 0, fork.hashes[0]))


def test_a_fork_of_two_honest_coordinators_leaves_both_ledgers_what_they_are(unit: Unit) -> None:
    base = unit.ledger
    left = base.append(unit.sign(unit.admission(unit.person())))
    right = base.append(unit.sign(PhaseBody(phase=Phase.TEST), by=unit.others[0]))

    assert (base.sequence, left.sequence, right.sequence) == (0, 1, 1)
    assert (len(base.members), len(left.members), len(right.members)) == (2, 3, 2)
    assert left.hash_at(0) == right.hash_at(0)
    assert left.hash_at(1) != right.hash_at(1)
    assert (base.hash_at(1), base.hash_at(-1)) == (None, None)


def test_a_replay_comes_to_the_same_state(unit: Unit) -> None:
    officer = unit.admit()
    unit.declare()
    unit.revoke(officer)

    assert replay(unit.entries) == unit.ledger


def test_revocations_say_why(unit: Unit, officer: Person) -> None:
    body = unit.entries[unit.revoke(officer).sequence].entry.body

    assert isinstance(body, Revoke)
    assert body.reason is RevokeReason.LOST_KEYS
    assert isinstance(unit.entries[1].entry.body, Admit)


def _opaque(body: Body) -> bytes:
    data = body.encode()
    assert 63 < len(data) < 16384  # two bytes of length
    return (len(data) | 0x4000).to_bytes(2, "big") + data
