"""What the browser shows and seals of an account is what Python shows and seals: never change a fixture, add."""

import json
from pathlib import Path
from typing import TypedDict

from cencomm.client.account.label import open_label, seal_label
from cencomm.client.account.second_factor import TotpSecret, new_recovery_codes
from cencomm.client.account.sign_in import LabelKey
from cencomm.ledger.fingerprint import key_words
from cencomm.ledger.reset_letter import read_reset_letter, reset_ticket
from tests.fakes.counting_entropy import CountingEntropy

HERE = Path(__file__).parent


class Recovery(TypedDict):
    text: str
    verifier: str


class SecondFactor(TypedDict):
    secret: str
    secret_text: str
    name: str
    relay_name: str
    uri: str
    entropy: str
    recovery: list[Recovery]


class Label(TypedDict):
    key: str
    handle: str
    name: str
    entropy: str
    sealed: str


class Reset(TypedDict):
    letter: str
    account: str
    ticket: str
    identity_key: str
    exchange_key: str
    words: list[str]


def test_an_authenticator_and_its_owner_are_shown_the_published_secret_address_and_codes() -> None:
    fixture: SecondFactor = json.loads((HERE / "second_factor.json").read_text("utf-8"))
    secret = TotpSecret(bytes.fromhex(fixture["secret"]))

    made = new_recovery_codes(CountingEntropy(fixture["entropy"]))

    assert secret.text() == fixture["secret_text"]
    assert secret.uri(name=fixture["name"], relay_name=fixture["relay_name"]) == fixture["uri"]
    assert [{"text": one.text(), "verifier": one.verifier().hex()} for one in made] == fixture["recovery"]


def test_a_computers_name_is_sealed_as_published() -> None:
    fixture: Label = json.loads((HERE / "label.json").read_text("utf-8"))
    key, handle = LabelKey(bytes.fromhex(fixture["key"])), bytes.fromhex(fixture["handle"])

    sealed = seal_label(key, handle, fixture["name"], CountingEntropy(fixture["entropy"]))

    assert sealed.hex() == fixture["sealed"]
    assert open_label(key, handle, sealed) == fixture["name"]


def test_a_reset_letter_has_the_published_account_and_ticket() -> None:
    fixture: Reset = json.loads((HERE / "reset.json").read_text("utf-8"))
    letter = read_reset_letter(fixture["letter"])
    identity_key, exchange_key = bytes.fromhex(fixture["identity_key"]), bytes.fromhex(fixture["exchange_key"])

    assert letter.account.hex() == fixture["account"]
    assert reset_ticket(letter.access.code).hex() == fixture["ticket"]
    assert list(key_words(identity_key, exchange_key)) == fixture["words"]
