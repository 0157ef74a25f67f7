"""Groups of Python members, as the browser sees them from its Welcome on.

    python -m tests.vectors.mls_live.transcript        writes transcript.json anew

What each step must yield stands beside it. The newcomer's private keys are in the file: they are nobody's.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from cencomm.mls.cipher_suite import MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519 as SUITE_3
from cencomm.mls.extension import Extension
from cencomm.mls.group import Group, create_group, join_group
from cencomm.mls.key_package import KeyPackageBundle
from cencomm.mls.leaf_node import Capabilities
from cencomm.mls.tree_math import LeafIndex
from cencomm.primitives.signatures import SigningKey
from tests.fakes.counting_entropy import CountingEntropy
from tests.unit.mls.party import ANCHOR, device

FILE = Path(__file__).parent / "transcript.json"
GREASE = Capabilities(cipher_suites=(0x0A0A, SUITE_3), extensions=(0x1A1A, ANCHOR), proposals=(0x2A2A,))

Json = str | int | None | Sequence["Json"] | Mapping[str, "Json"]


class Channel:
    """All members but the browser, and what happened since the Welcome."""

    def __init__(self) -> None:
        self.entropy = CountingEntropy("transcript")
        founder = self.device("Roissy")
        self.members = {"Roissy": create_group(group_id=bytes(range(32)), key_package=founder, entropy=self.entropy)}
        self.steps: list[Json] = []
        self.reader = self.device("browser")
        self.reader_leaf: int | None = None

    def device(self, name: str, capabilities: Capabilities | None = None) -> KeyPackageBundle:
        key = SigningKey.generate(self.entropy)
        understood = capabilities or Capabilities(cipher_suites=(SUITE_3,), extensions=(ANCHOR,))
        return device(name, signing_key=key, capabilities=understood, entropy=self.entropy)

    def leaf(self, name: str) -> LeafIndex:
        if name == "browser":
            assert self.reader_leaf is not None
            return LeafIndex(self.reader_leaf)
        return self.members[name].own_leaf

    def commit(
        self, by: str, *, adds: Sequence[KeyPackageBundle] = (), names: Sequence[str] = (), removes: Sequence[str] = ()
    ) -> None:
        anchor = f"anchor of {by} in {self.members[by].epoch}".encode()
        leaves = [self.leaf(name) for name in removes]
        staged = self.members[by].commit(
            adds=[one.key_package for one in adds],
            removes=leaves,
            authenticated_data=anchor,
            group_info_extensions=[Extension(ANCHOR, anchor)],
            entropy=self.entropy,
        )
        followed: dict[str, Group] = {}
        for name, group in self.members.items():
            if name != by and name not in removes:
                followed[name] = group.process(staged.message)[0]
        followed[by] = staged.group
        assert staged.welcome is not None or not adds
        for name, bundle in zip(names, adds, strict=True):
            if bundle is not self.reader and staged.welcome is not None:
                tree = staged.ratchet_tree
                followed[name] = join_group(staged.welcome, key_package=bundle, ratchet_tree=tree).group
        assert len({group.epoch_authenticator.expose() for group in followed.values()}) == 1
        if self.reader in adds and staged.welcome is not None:
            self.reader_leaf = next(
                index for index, leaf in staged.group.leaves() if leaf == self.reader.key_package.leaf_node
            )
            self.steps.append(
                {
                    "does": "welcome",
                    "welcome": staged.welcome.hex(),
                    "ratchet_tree": staged.ratchet_tree.hex(),
                    "commit": staged.message.hex(),
                    "signer": int(followed[by].own_leaf),
                    "extension": anchor.hex(),
                    **_state(followed[by]),
                }
            )
        elif self.reader_leaf is not None:
            self.steps.append(
                {
                    "does": "commit",
                    "message": staged.message.hex(),
                    "committer": int(self.members[by].own_leaf),
                    "anchor": anchor.hex(),
                    "adds": [one.key_package.ref().hex() for one in adds],
                    "removes": [int(leaf) for leaf in leaves],
                    "removes_us": "browser" in removes,
                    **_state(followed[by]),
                }
            )
        self.members = followed

    def say(self, by: str, text: str, *, lost: int = 0) -> None:
        """A message, before which `lost` others were sealed that nobody ever sees."""
        group = self.members[by]
        for _ in range(lost):
            group, _message = group.encrypt(b"lost", authenticated_data=b"", entropy=self.entropy)
        anchor = f"anchor of {text}".encode()
        moved, message = group.encrypt(text.encode(), authenticated_data=anchor, entropy=self.entropy)
        self.members[by] = moved
        self.steps.append(
            {
                "does": "message",
                "message": message.hex(),
                "plaintext": text.encode().hex(),
                "anchor": anchor.hex(),
                "sender": int(group.own_leaf),
            }
        )

    def story(self) -> Json:
        reader = self.reader
        return {
            "signing_seed": reader.signing_key.seed.hex(),
            "credential": "browser",
            "key_package": reader.key_package.encode().hex(),
            "init_private_key": reader.init_private_key.expose().hex(),
            "leaf_private_key": reader.leaf_private_key.expose().hex(),
            "steps": self.steps,
        }


def _state(group: Group) -> Mapping[str, Json]:
    """What whoever is in the epoch has to find."""
    return {
        "epoch": group.epoch,
        "epoch_authenticator": group.epoch_authenticator.expose().hex(),
        "confirmation_tag": group.confirmation_tag.hex(),
        "leaves": [[int(index), leaf.signature_key.hex()] for index, leaf in group.leaves()],
    }


def transcripts() -> Json:
    return {"a year": a_year(), "the left half leaves": the_left_half_leaves()}


def the_left_half_leaves() -> Json:
    """Above those who stay, the path ends below the root."""
    channel = Channel()
    adds = [channel.device("Felixstowe"), channel.reader, channel.device("Hamburg")]
    channel.commit("Roissy", names=["Felixstowe", "browser", "Hamburg"], adds=adds)
    channel.commit("Hamburg", removes=["Roissy", "Felixstowe"])
    channel.say("Hamburg", "we are two")
    channel.commit("Hamburg")
    channel.commit("Hamburg", names=["Antwerp"], adds=[channel.device("Antwerp")])
    channel.commit("Antwerp")
    channel.say("Antwerp", "and three")
    return channel.story()


def a_year() -> Json:
    channel = Channel()
    ports = ["Felixstowe", "Rotterdam", "Hamburg", "Lagos", "Santos"]
    channel.commit("Roissy", names=ports, adds=[channel.device(port) for port in ports])
    for port in ("Rotterdam", "Santos", "Felixstowe"):
        channel.commit(port)
    channel.commit("Lagos", removes=["Rotterdam"])
    channel.commit("Hamburg", names=["browser"], adds=[channel.reader])  # into the middle: unmerged below, merged above
    channel.say("Hamburg", "alert")
    channel.say("Hamburg", "seizure", lost=3)
    channel.say("Roissy", "response")
    channel.commit("Santos")
    channel.say("Santos", "")
    channel.commit("Felixstowe", names=["Antwerp"], adds=[channel.device("Antwerp", GREASE)], removes=["Santos"])
    channel.say("Antwerp", "note")
    channel.commit("Antwerp")
    many = [f"post {number}" for number in range(7)]
    channel.commit("Roissy", names=many, adds=[channel.device(name) for name in many])  # the tree doubles
    channel.say("post 6", "first words", lost=999)
    for name in ("post 5", "Hamburg", "Lagos"):
        channel.commit(name)
    channel.commit("post 6", names=["Lagos again"], adds=[channel.device("Lagos again")], removes=["Lagos"])
    channel.commit("Hamburg", removes=[*many, "Lagos again"])  # and halves
    channel.say("Roissy", "still here")
    channel.commit("Roissy", removes=["browser"])
    return channel.story()


if __name__ == "__main__":
    FILE.write_text(json.dumps(transcripts(), indent=1) + "\n", encoding="utf-8")
