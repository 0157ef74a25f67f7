"""A browser's member and Python members in one group: who commits, adds, removes and speaks is drawn by lot."""

import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence

import pytest

from cencomm import codec
from cencomm.mls.event import ApplicationReceived, EpochAdvanced, MemberRemoved
from cencomm.mls.extension import Extension
from cencomm.mls.group import Group, create_group, join_group
from cencomm.mls.key_package import KeyPackage, KeyPackageBundle
from cencomm.mls.tree_math import LeafIndex
from tests.fakes.counting_entropy import CountingEntropy
from tests.fakes.peers import peer
from tests.unit.mls.party import ANCHOR, device

STEPS = 30

Answer = Mapping[str, str | int | None]


class Browser:
    """The member in `web/tests/peers/group.peer.ts`, in a process of its own."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def ask(self, what: str, **fields: str | Sequence[str] | Sequence[int]) -> Answer:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"do": what, **fields}) + "\n")
        self._process.stdin.flush()
        answer: Answer = json.loads(self._process.stdout.readline())
        return answer


@pytest.fixture
def browser() -> Iterator[Browser]:
    with subprocess.Popen(peer("group"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Browser(process)
        assert process.stdin is not None
        process.stdin.close()


class MixedGroup:
    def __init__(self, browser: Browser, seed: str) -> None:
        self.browser = browser
        self.entropy = CountingEntropy(seed)
        self.made = 0
        founder = self.device()
        self.members = [create_group(group_id=b"mixed", key_package=founder, entropy=self.entropy)]
        others = [self.device() for _ in range(4)]
        from_browser = codec.decode(bytes.fromhex(str(browser.ask("key package")["key_package"])), KeyPackage.read)
        adds = [*(one.key_package for one in others[:2]), from_browser, *(one.key_package for one in others[2:])]
        staged = self.members[0].commit(adds=adds, group_info_extensions=_anchor(), entropy=self.entropy)
        assert staged.welcome is not None
        tree = staged.ratchet_tree
        self.members = [
            staged.group,
            *(join_group(staged.welcome, key_package=one, ratchet_tree=tree).group for one in others),
        ]
        browser.ask("join", welcome=staged.welcome.hex(), tree=tree.hex())
        self.agree()

    def device(self) -> KeyPackageBundle:
        self.made += 1
        return device(f"post {self.made}", entropy=self.entropy)

    def lot(self, count: int) -> int:
        return int.from_bytes(self.entropy(4), "big") % count

    def agree(self) -> None:
        """All are in one state; what each says, all others read."""
        answer = self.browser.ask("restore")
        assert {group.epoch_authenticator.expose().hex() for group in self.members} == {answer["authenticator"]}

    def python_commits(
        self, adds: Sequence[KeyPackageBundle] = (), removes: Sequence[int] = (), author: int = 0
    ) -> None:
        staged = self.members[author].commit(
            adds=[one.key_package for one in adds],
            removes=[LeafIndex(leaf) for leaf in removes],
            authenticated_data=b"anchor",
            group_info_extensions=_anchor(),
            entropy=self.entropy,
        )
        assert "refused" not in self.browser.ask("follow", message=staged.message.hex())
        followed = [self._follow(group, staged.message) for group in self.members if group is not self.members[author]]
        self.members = [staged.group, *(group for group in followed if group is not None)]
        self._enter(adds, staged.welcome, staged.ratchet_tree)

    def browser_commits(self, adds: Sequence[KeyPackageBundle] = (), removes: Sequence[int] = ()) -> None:
        packages = [one.key_package.encode().hex() for one in adds]
        made = self.browser.ask("commit", adds=packages, removes=list(removes))
        message = bytes.fromhex(str(made["message"]))
        self.browser.ask("adopt")
        followed = [self._follow(group, message) for group in self.members]
        self.members = [group for group in followed if group is not None]
        welcome = bytes.fromhex(str(made["welcome"])) if made["welcome"] else None
        self._enter(adds, welcome, bytes.fromhex(str(made["tree"])) if made["tree"] else b"")

    def python_speaks(self, author: int) -> None:
        self.members[author], message = self.members[author].encrypt(
            b"alert", authenticated_data=b"view", entropy=self.entropy
        )
        heard = self.browser.ask("open", message=message.hex())
        speaker = int(self.members[author].own_leaf)
        assert (heard["plaintext"], heard["anchor"], heard["sender"]) == (b"alert".hex(), b"view".hex(), speaker)
        assert self.browser.ask("open", message=message.hex()) == {"refused": "KeyConsumed"}
        self.members = [
            group if place == author else self._hear(group, message, b"alert")
            for place, group in enumerate(self.members)
        ]

    def browser_speaks(self) -> None:
        message = bytes.fromhex(str(self.browser.ask("seal", plaintext=b"seizure".hex())["message"]))
        self.members = [self._hear(group, message, b"seizure") for group in self.members]

    def _hear(self, group: Group, message: bytes, said: bytes) -> Group:
        after, event = group.process(message)
        assert isinstance(event, ApplicationReceived)
        assert event.plaintext == said
        return after

    def _follow(self, group: Group, message: bytes) -> Group | None:
        after, event = group.process(message)
        assert isinstance(event, EpochAdvanced | MemberRemoved)
        assert event.authenticated_data == b"anchor"
        return after if isinstance(event, EpochAdvanced) else None

    def _enter(self, adds: Sequence[KeyPackageBundle], welcome: bytes | None, tree: bytes) -> None:
        for one in adds:
            assert welcome is not None
            self.members.append(join_group(welcome, key_package=one, ratchet_tree=tree).group)
        self.agree()


def _anchor() -> list[Extension]:
    return [Extension(ANCHOR, b"anchor")]


@pytest.mark.slow
def test_a_browser_and_python_members_stay_in_one_group_whatever_they_do(browser: Browser) -> None:
    group = MixedGroup(browser, "mixed")
    for _ in range(STEPS):
        lots = group.lot(8)
        author = group.lot(len(group.members))
        others = [int(one.own_leaf) for place, one in enumerate(group.members) if place != author]
        match lots:
            case 0:
                group.python_commits(author=author)
            case 1:
                group.browser_commits()
            case 2:
                group.python_commits(adds=[group.device() for _ in range(1 + group.lot(3))], author=author)
            case 3:
                group.browser_commits(adds=[group.device() for _ in range(1 + group.lot(3))])
            case 4 if len(others) > 1:
                group.python_commits(adds=[group.device()], removes=others[: 1 + group.lot(2)], author=author)
            case 5 if len(others) > 1:
                group.browser_commits(removes=others[: 1 + group.lot(2)])
            case 6:
                group.python_speaks(author)
            case _:
                group.browser_speaks()
    group.agree()
