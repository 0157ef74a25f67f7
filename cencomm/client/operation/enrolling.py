"""Asking to be admitted with an access letter (rule D7)."""

from cencomm.client.mailbox import Mailbox
from cencomm.client.vault.pins import first_pin
from cencomm.ledger.enrolment import (
    request_enrolment,
)
from cencomm.ledger.letter import AccessLetter
from cencomm.wire.enrolments import Enrol


async def enrol(mailbox: Mailbox, letter: AccessLetter) -> None:
    """Ask to be admitted, as the letter's addressee. From now on `catch_up` looks whether the unit has admitted us."""
    identity = mailbox.identity
    async with mailbox.lock:
        if letter.operation not in mailbox.pins:
            await mailbox.write({}, pin=first_pin(letter.operation))
    request = request_enrolment(
        letter.operation,
        identity.account,
        identity.signing_key,
        identity.exchange_key.public_key(),
        letter.code,
    )
    await mailbox.relay.enrol(letter.operation, Enrol(request=request.encode()))
