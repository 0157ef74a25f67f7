/**
 * A member that only listens: the official vectors of passive clients, from their Welcomes through their Commits.
 *
 * No group outside our product has the anchor in its GroupInfo, so `join` refuses them all (C9); what lies behind that
 * check is what is run here. Where the vectors put the tree inside the GroupInfo, it is handed in from beside.
 */

import assert from "node:assert/strict";

import { concat, fromHex, hex } from "../../src/bytes";
import { opaque, uint } from "../../src/codec";
import type { GroupState } from "../../src/mls/group-state";
import { entering, join, openWelcome } from "../../src/mls/joining";
import { decodeKeyPackage, restoreKeyPackage, type OwnKeyPackage } from "../../src/mls/key-package";
import type { DeviceKeys } from "../../src/mls/keys";
import { processCommit } from "../../src/mls/processing";
import { finish } from "../../src/mls/slices";
import { encodeSecret } from "../../src/mls/stored-state";
import { SigningKey } from "../../src/primitives/signatures";
import { official, type Attempt } from "./official";
import { openWelcomeWith } from "./preshared";

const MESSAGE_HEAD_BYTES = 4; // version and wire format of an MLSMessage
const RATCHET_TREE = 2; // extension type, RFC 9420 section 17.3
const NO_ANCHOR = "InvalidWelcome: the GroupInfo has not exactly the one extension of our profile";
const NO_PSK = "InvalidWelcome: the Welcome asks for a pre-shared key, which our profile does not have";

interface PassiveClient {
  readonly key_package: string;
  readonly signature_priv: string;
  readonly encryption_priv: string;
  readonly init_priv: string;
  readonly welcome: string;
  readonly external_psks: readonly { readonly psk_id: string; readonly psk: string }[];
  readonly ratchet_tree: string | null;
  readonly initial_epoch_authenticator: string;
  readonly epochs: readonly {
    readonly proposals: readonly string[];
    readonly commit: string;
    readonly epoch_authenticator: string;
  }[];
}

official<PassiveClient>("passive-client-welcome", 8, follow, { [NO_ANCHOR]: 4, [NO_PSK]: 4 });

official<PassiveClient>("passive-client-handling-commit", 13, follow, {
  [NO_PSK]: 13,
  "Refused: the only handshake is a Commit by a member (C2)": 12, // proposals on their own
  "Refused: a Commit holds Add and Remove by value, nothing else (C2)": 11,
  "Refused: a Commit has a path (C2)": 1, // one that only adds
});

/** In, and on through every epoch that a Commit of our profile begins; what is none is refused and changes nothing. */
function follow(entry: PassiveClient, attempt: Attempt): void {
  const { own, keys } = client(entry);
  assert.equal(attempt(() => join(fromHex(entry.welcome), fromHex(entry.ratchet_tree ?? ""), own, keys)), null);
  let state = enter(entry, own, keys);
  assert.equal(hex(state.secrets.epochAuthenticator), entry.initial_epoch_authenticator);
  for (const { proposals, commit, epoch_authenticator: authenticator } of entry.epochs) {
    const [before, current] = [encodeSecret(state), state];
    for (const proposal of proposals) {
      assert.equal(attempt(() => processCommit(current, fromHex(proposal))), null);
    }
    const after = attempt(() => processCommit(current, fromHex(commit)));
    assert.deepEqual(encodeSecret(current), before);
    if (after === null) {
      return; // the group goes where our profile does not
    }
    assert.equal(hex(after.secrets.epochAuthenticator), authenticator);
    state = after;
  }
}

function client(entry: PassiveClient): { own: OwnKeyPackage; keys: DeviceKeys } {
  const keyPackage = fromHex(entry.key_package).slice(MESSAGE_HEAD_BYTES);
  const parts = [keyPackage, fromHex(entry.init_priv), fromHex(entry.encryption_priv)];
  const own = restoreKeyPackage(concat(uint(1, 2), ...parts.map(opaque)));
  const { credential } = decodeKeyPackage(keyPackage).leafNode;
  return { own, keys: { credential, signingKey: new SigningKey(fromHex(entry.signature_priv)) } };
}

function enter(entry: PassiveClient, own: OwnKeyPackage, keys: DeviceKeys): GroupState {
  const psks = new Map(entry.external_psks.map((one) => [one.psk_id, fromHex(one.psk)]));
  const welcome = fromHex(entry.welcome);
  const opened = psks.size === 0 ? openWelcome(welcome, own) : openWelcomeWith(welcome, own, psks);
  const inside = opened.info.extensions.find((one) => one.type === RATCHET_TREE);
  const tree = entry.ratchet_tree === null ? inside?.data : fromHex(entry.ratchet_tree);
  assert.ok(tree);
  return finish(entering(opened, tree, own, keys));
}
