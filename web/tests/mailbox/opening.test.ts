/** What an opening finds of its channels, once it knows what the relay says of their operations. */

import assert from "node:assert/strict";
import test from "node:test";

import { newDevice } from "../../src/account/own-device";
import { concat, fromHex, hex, type Bytes } from "../../src/bytes";
import type { Group } from "../../src/channel/group";
import { channelKey, Standing, type ChannelSession } from "../../src/channel/session";
import { logHeadKey, sessionWrites } from "../../src/channel/session-rows";
import { opaque, uint } from "../../src/codec";
import { UsageError } from "../../src/errors";
import * as labels from "../../src/ledger/labels";
import { Mailbox } from "../../src/mailbox/mailbox";
import { loadChannels, loadList } from "../../src/mailbox/opening";
import { SigningKey, signWithLabel } from "../../src/primitives/signatures";
import { RelayClient, type LedgerPage } from "../../src/relay/relay-client";
import { countingEntropy } from "../fakes/counting-entropy";
import { MemoryStore } from "../fakes/memory-store";
import { CHANNEL, entries, ledgerOfTheFixture, NOW, OFFICERS, RELAY_KEY } from "../fakes/sending-operation";

const [PERSON] = OFFICERS;
const ACCOUNT = fromHex(PERSON!.account);
const IDENTITY = new SigningKey(fromHex(PERSON!.identity_seed));
const DEVICE = newDevice(ACCOUNT, IDENTITY, NOW, (length) => new Uint8Array(length).fill(7));
const LEDGER = ledgerOfTheFixture();
const PLACE = { operation: LEDGER.operation, channel: CHANNEL, generation: 1 };
const KEY = channelKey(PLACE.operation, PLACE.channel);

class OneLedger extends RelayClient {
  constructor() {
    super("https://relay.invalid");
  }

  override async ledger(): Promise<LedgerPage> {
    const statement = concat(LEDGER.operation, uint(LEDGER.sequence, 8), LEDGER.headHash, uint(NOW, 8));
    return { entries: entries(), head: signed(labels.LEDGER_HEAD, statement) };
  }

  override async wraps(): Promise<readonly []> {
    return [];
  }

  override async blobs(): Promise<readonly []> {
    return [];
  }
}

test("what the relay signed of a log before counts also where the ledger was followed before the channels came (L4)", async () => {
  const store = new MemoryStore();
  const head = concat(LEDGER.operation, CHANNEL, uint(1, 4), uint(9, 8), new Uint8Array(32).fill(9), uint(NOW, 8));
  sessionWrites(null, session()).forEach((value, key) => value !== null && store.values.set(key, value));
  store.values.set(logHeadKey(PLACE), signed(labels.LOG_HEAD, head));
  const mailbox = mailboxOn(store);
  await loadList(mailbox, () => undefined);
  await mailbox.followLedger(LEDGER.operation);

  await loadChannels(mailbox, () => Promise.resolve(GROUP));

  assert.equal(mailbox.sessions.get(KEY)?.sequence, 4);
  assert.equal(mailbox.logHeads.get(KEY)?.statement.sequence, 9n); // another entry 9 convicts the relay
});

function signed(label: Bytes, statement: Bytes): Bytes {
  return concat(opaque(statement), opaque(signWithLabel(RELAY_KEY, label, statement)));
}

function mailboxOn(store: MemoryStore): Mailbox {
  const pins = new Map([[hex(LEDGER.operation), { operation: LEDGER.operation, sequence: 0, hash: LEDGER.operation }]]);
  const vault = { identityKey: IDENTITY, exchangeKey: new Uint8Array(32).fill(2), devices: [], pins, mailboxKeys: [] };
  return new Mailbox(store, { ...DEVICE, account: ACCOUNT, identityKey: IDENTITY.publicKey }, vault, {
    relay: new OneLedger(),
    publisher: { publish: () => Promise.reject(new UsageError("nothing leaves in this test")) },
    sleep: () => Promise.resolve(),
    entropy: countingEntropy("opening"),
    now: () => NOW,
    judgeReport: () => undefined,
  });
}

function session(): ChannelSession {
  return {
    ...PLACE,
    group: GROUP,
    sequence: 4,
    logHash: new Uint8Array(32).fill(4),
    epochBeganAt: 1,
    judgedAt: 2,
    standing: Standing.live,
    staged: null,
    outbox: new Map(),
    mustCommit: true,
  };
}

const GROUP: Group = {
  groupId: new Uint8Array(32).fill(4),
  epoch: 3n,
  ownLeaf: 0,
  leaves: [],
  confirmationTag: new Uint8Array(32).fill(5),
  process: () => Promise.reject(new UsageError("not in this test")),
  open: () => Promise.reject(new UsageError("not in this test")),
  seal: () => Promise.reject(new UsageError("not in this test")),
  commit: () => Promise.reject(new UsageError("not in this test")),
  encode: () => ({ secret: new Uint8Array(8).fill(1), tree: new Uint8Array(8).fill(2) }),
};
