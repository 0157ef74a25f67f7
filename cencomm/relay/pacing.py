"""How often a channel begins a new epoch, and who may keep the next turn for itself (C7).

Each Commit is work for every member, and whatever others were sending is refused once and encrypted again. So a Commit
that revokes nobody waits for its turn. Known to the writer's thread alone and in memory: a restart forgives.
"""

from collections import OrderedDict
from dataclasses import dataclass

from cencomm.ids import AccountId
from cencomm.ledger.refusal import Refused
from cencomm.relay.channel_log import Tip
from cencomm.relay.config import RelayConfig
from cencomm.relay.errors import ChannelBusy, TooMany
from cencomm.relay.quota import MAX_KEYS, Quota
from cencomm.relay.state import ChannelKey
from cencomm.wire.limits import LOSSES_BEFORE_TURN, TURN_SECONDS

HOUR_SECONDS = 3600
MINUTE_SECONDS = 60
_MILLISECONDS = 1000


@dataclass(frozen=True, slots=True)
class _Turn:
    account: AccountId
    began: int
    until: int


class Pacing:
    __slots__ = ("_commits", "_config", "_losses", "_turns", "_turns_taken")

    def __init__(self, config: RelayConfig) -> None:
        self._config = config
        self._commits = Quota(config.commits_per_hour, seconds=HOUR_SECONDS)
        self._turns_taken = Quota(1, seconds=MINUTE_SECONDS)
        self._turns: dict[ChannelKey, _Turn] = {}
        self._losses: OrderedDict[bytes, tuple[int, int]] = OrderedDict()  # how many in a row, and when the last was

    def take_turn(self, tip: Tip, account: AccountId, *, now: int) -> None:
        """The account may commit now what revokes nobody; it counts among its Commits of this hour.

        Raises:
            ChannelBusy: not yet; nothing was counted.
        """
        turn = self._turns.get((tip.operation, tip.channel))
        if turn is not None and turn.account != account and turn.began <= now < turn.until:
            raise ChannelBusy("another member has the next turn to commit here", retry_after=turn.until - now)
        if _is_paused(tip, now):
            raise ChannelBusy("the channel began a new epoch just now", retry_after=tip.paused_at + tip.pause - now)
        try:
            self._commits.spend(_key(tip, account), now=now)
        except TooMany as exc:
            raise ChannelBusy("this account has committed too often here", retry_after=exc.retry_after) from None

    def pause_of(self, members: int) -> int:
        """Seconds between two such Commits in a channel of so many members, longer for whom they are more work."""
        config = self._config
        return max(config.commit_pause_seconds, -(-members * config.commit_pause_member_milliseconds // _MILLISECONDS))

    def won(self, tip: Tip, account: AccountId, *, now: int) -> None:
        """The account's Commit was accepted: it lost no race, and needs its turn no more."""
        self._losses.pop(_key(tip, account), None)
        place = tip.operation, tip.channel
        turn = self._turns.get(place)
        if turn is not None and turn.account == account:
            self._turns[place] = _Turn(account, turn.began, min(turn.until, now))

    def lost(self, tip: Tip, account: AccountId, *, now: int) -> None:
        """The account's Commit was refused because another, or the ledger, was faster."""
        key = _key(tip, account)
        count, at = self._losses.get(key, (0, now))
        self._losses[key] = (count + 1 if 0 <= now - at < MINUTE_SECONDS else 1, now)
        self._losses.move_to_end(key)
        if len(self._losses) > MAX_KEYS:
            self._losses.popitem(last=False)

    def reserve(self, tip: Tip, account: AccountId, *, now: int) -> int:
        """For so many seconds only the account, and whoever revokes, commits in the channel.

        Two turns never follow each other at once, so that turns cannot be all the time there is.

        Raises:
            Refused: it did not lose twice in a row.
            ChannelBusy: another has the turn, or this account had one in the last minute.
        """
        count, at = self._losses.get(_key(tip, account), (0, now))
        if count < LOSSES_BEFORE_TURN or not 0 <= now - at < MINUTE_SECONDS:
            raise Refused("C7", f"a turn is for whoever lost {LOSSES_BEFORE_TURN} races in a row here")
        place = tip.operation, tip.channel
        turn = self._turns.get(place)
        if turn is not None and turn.began <= now < turn.until + TURN_SECONDS:
            wait = turn.until + TURN_SECONDS - now
            raise ChannelBusy("another member has the next turn to commit here", retry_after=wait)
        try:
            self._turns_taken.spend(_key(tip, account), now=now)
        except TooMany as exc:
            raise ChannelBusy("one turn in a minute", retry_after=exc.retry_after) from None
        pause_ends = tip.paused_at + tip.pause if _is_paused(tip, now) else now
        self._turns[place] = _Turn(account, now, pause_ends + TURN_SECONDS)
        return pause_ends + TURN_SECONDS - now


def _is_paused(tip: Tip, now: int) -> bool:
    """A clock that was put back ends a pause: better one too short than one of years."""
    return tip.paused_at <= now < tip.paused_at + tip.pause


def _key(tip: Tip, account: AccountId) -> bytes:
    return tip.row.to_bytes(8, "big") + account
