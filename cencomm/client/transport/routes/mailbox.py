"""Routes of the mailbox that roams."""

from cencomm.client.transport.calls import PAGE_ANSWER_BYTES, SMALL_ANSWER_BYTES, Calls
from cencomm.wire.mailbox import (
    AskRows,
    HeldMailbox,
    MailboxPage,
    MailboxRows,
    MailboxWritten,
    ReleaseMailbox,
    TakeMailbox,
    WriteMailbox,
)


class MailboxRoutes(Calls):
    async def take_mailbox(self, request: TakeMailbox) -> HeldMailbox:
        """Be the one holder of the account's mailbox (D4)."""
        return await self._post(HeldMailbox, request, "mailbox", "hold")

    async def mailbox_page(self, *, holder: int, after: bytes | None) -> MailboxPage:
        """Rows behind the name `after`, in the order of names; None: from the first."""
        query = {"holder": str(holder)} | ({} if after is None else {"after": after.hex()})
        return await self._get(MailboxPage, "mailbox", query=query, most=PAGE_ANSWER_BYTES)

    async def mailbox_rows(self, request: AskRows) -> MailboxRows:
        return await self._post(MailboxRows, request, "mailbox", "rows", most=PAGE_ANSWER_BYTES)

    async def write_mailbox(self, request: WriteMailbox) -> MailboxWritten:
        """After NoAnswer: the same write again, which is answered as the first (or makes it)."""
        return await self._call("PUT", MailboxWritten, request, "mailbox", most=SMALL_ANSWER_BYTES)

    async def release_mailbox(self, request: ReleaseMailbox) -> None:
        await self._do("POST", request, "mailbox", "release")
