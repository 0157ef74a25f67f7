"""A computer of one's own was lost, or is nobody's we know: it is ended from another one (rule C6).

the relay first, so that nobody adds it again -> everything that is waited for -> out of each channel
"""

import contextlib

from cencomm.client.channel.removing import Removal, remove_own_device
from cencomm.client.mailbox import Mailbox
from cencomm.client.transport.errors import NotFound
from cencomm.client.watch import catch_up
from cencomm.errors import AccessDenied, ProtocolError, Unavailable, UsageError
from cencomm.ids import DeviceId


async def end_own_device(mailbox: Mailbox, device: DeviceId) -> Removal:
    """The device's sessions end, nobody adds it any more, and it reads on in the returned places only.

    Called again it goes on with those: ended in part, a device is ended like any other.

    Raises:
        UsageError: it is the device of this computer. Nothing was changed.
        Refusal, Unavailable: the relay did not end it. Nothing was changed.
    """
    if device == mailbox.device.device:
        raise UsageError("this is the computer that you sit at: end it from another one of yours")
    with contextlib.suppress(NotFound):  # it was ended before
        await mailbox.relay.end_device(device)
    with contextlib.suppress(ProtocolError, AccessDenied, Unavailable):  # met again below, channel by channel
        await catch_up(mailbox)
    return await remove_own_device(mailbox, device)
