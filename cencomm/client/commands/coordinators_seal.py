"""A coordinator's account is sealed with a device secret too (D3), wherever somebody becomes one.

Nobody else can tell whether it is: no field anywhere says so, the relay has nothing to say it from, and a person's own
program is all that could give evidence of it. So it is the own program that refuses (docs/attacks.md).
"""

from cencomm.client.account.session import Access
from cencomm.client.errors import NoDeviceSecret
from cencomm.client.terminal import Terminal


def require_device_secret(access: Access) -> None:
    """Raises NoDeviceSecret: the account opens to its password alone, at which the relay could guess."""
    if not access.keys.with_device_secret:
        raise NoDeviceSecret


def advise_coordinator(terminal: Terminal, access: Access) -> None:
    """For whoever became one before, or by a letter that lacked the line. A shared computer cannot mend it."""
    if terminal.sitting is None and not access.keys.with_device_secret:
        terminal.tell(
            "Coordinators seal their account with a device secret: cencomm account device-secret --letter FILE."
        )


def say_that_an_exercise_asks_for_none(terminal: Terminal, access: Access) -> None:
    if not access.keys.with_device_secret:
        terminal.tell(
            "This is an exercise: it asks for no device secret. Coordinators of an operation seal their account first: "
            "cencomm account device-secret --letter FILE."
        )
