/** What a relay says without a signature, or signs twice, and what becomes of it in a mailbox. */

import assert from "node:assert/strict";
import test from "node:test";

import { newDevice } from "../../src/account/own-device";
import { concat, fromHex, hex, type Bytes } from "../../src/bytes";
import { usableSession } from "../../src/channel/delivery";
import { enact } from "../../src/channel/enactment";
import { encodePosting, postingKey, type Posting } from "../../src/channel/outbox";
import { kept, resume, returned } from "../../src/channel/posting";
import { FrozenOperation } from "../../src/channel/unsendable";
import { opaque, uint } from "../../src/codec";
import { UsageError, type CencommError } from "../../src/errors";
import * as labels from "../../src/ledger/labels";
import { Following } from "../../src/mailbox/following";
import { Mailbox } from "../../src/mailbox/mailbox";
import { load } from "../../src/mailbox/opening";
import { AnotherLedger, NeverJoined, OperationFrozen, RelayWithholds } from "../../src/operation/operation";
import { overviewOf } from "../../src/operation/overview";
import { SigningKey, signWithLabel } from "../../src/primitives/signatures";
import { RelayClient, type LedgerPage } from "../../src/relay/relay-client";
import { envelopeOf } from "../../src/mailbox/drafts";
import { DraftFiles } from "../../src/mailbox/draft-files";
import { signEnvelope } from "../../src/forms/envelope-writing";
import { sha256 } from "../../src/primitives/hashes";
import { failureOf } from "../../src/worker/failures";
import { MemoryStore } from "../fakes/memory-store";
import { entries, ledgerOfTheFixture, NOW, OFFICERS, RELAY_KEY } from "../fakes/sending-operation";
import { DRAFT } from "./draft";

const [PERSON] = OFFICERS;
const ACCOUNT = fromHex(PERSON!.account);
const IDENTITY = new SigningKey(fromHex(PERSON!.identity_seed));
const OWN = newDevice(ACCOUNT, IDENTITY, NOW, (length) => new Uint8Array(length).fill(7));
const DEVICE = { ...OWN, account: ACCOUNT, identityKey: IDENTITY.publicKey };
const { operation: OPERATION } = ledgerOfTheFixture();

/** It shows what it is given to show, page by page, and counts how often it was asked. */
class LyingRelay extends RelayClient {
  asked = 0;

  constructor(private readonly pages: LedgerPage[] = []) {
    super("https://relay.invalid");
  }

  override async ledger(): Promise<LedgerPage> {
    this.asked += 1;
    const page = this.pages.shift();
    if (page === undefined) {
      throw new RelayWithholds("nothing more");
    }
    return page;
  }

  override async wraps(): Promise<readonly []> {
    return [];
  }

  override async blobs(): Promise<readonly []> {
    return [];
  }
}

test("an operation that only the relay names is not even asked for, whatever would verify in it (L2)", async () => {
  const relay = new LyingRelay();
  const mailbox = mailboxBefore(relay, false);

  await assert.rejects(mailbox.followLedger(OPERATION), NeverJoined);

  assert.equal(relay.asked, 0);
  assert.equal(mailbox.operations.size, 0);
  assert.equal(mailbox.pins.size, 0);
});

test("what waits in an operation whose ledger the relay withholds waits on, and is not given back (S3)", async () => {
  const mailbox = mailboxBefore(new LyingRelay(), true);
  const posting = postingOf();
  await mailbox.write(new Map([[postingKey(posting), encodePosting(posting)]]));
  await assert.rejects(mailbox.followLedger(OPERATION), RelayWithholds);

  const [outcome] = await resume(mailbox);

  assert.equal(outcome?.kind, "waits");
  assert.equal((await kept(mailbox)).length, 1);
  assert.deepEqual(await returned(mailbox), []);
  assert.deepEqual(mailbox.entitledChannels(OPERATION), []);
});

test("two heads of the relay that contradict each other are kept, and nothing is sent any more (L4)", async () => {
  const ledger = ledgerOfTheFixture();
  const honest = head(ledger.sequence, ledger.headHash);
  const forked = head(ledger.sequence, new Uint8Array(32).fill(9));
  const relay = new LyingRelay([
    { entries: entries(), head: honest },
    { entries: [], head: forked },
  ]);
  const store = new MemoryStore();
  const mailbox = mailboxBefore(relay, true, store);
  await mailbox.followLedger(OPERATION);

  await assert.rejects(mailbox.followLedger(OPERATION), OperationFrozen);

  const evidence = (await store.scan("evidence/ledger/")).map(([, value]) => value);
  assert.deepEqual(evidence, [honest, forked]);
  const frozen = await mailbox.followLedger(OPERATION); // asks for nothing more
  assert.equal(relay.asked, 2);
  assert.match(overviewOf(frozen, hex(ACCOUNT)).frozen?.sentence ?? "", /two ledgers that differ/);
  const posting = postingOf();
  assert.throws(() => usableSession(mailbox, posting), FrozenOperation);
  await assert.rejects(enact(mailbox, OPERATION, posting.channel), FrozenOperation);
});

test("an operation that freezes is shown as that, with both statements, and not as one that does not verify (L4)", async () => {
  const ledger = ledgerOfTheFixture();
  const statements = [head(ledger.sequence, ledger.headHash), head(ledger.sequence, new Uint8Array(32).fill(9))];
  const [honest, forked] = statements as [Bytes, Bytes];
  const mailbox = mailboxBefore(new LyingRelay([{ entries: entries(), head: honest }, { entries: [], head: forked }]), true);
  await mailbox.followLedger(OPERATION);
  const looked: (CencommError | null)[] = [];
  const following = new Following(mailbox, {
    looked: (_, failure) => {
      looked.push(failure);
      following.stop();
    },
    trouble: () => undefined,
    ended: () => undefined,
    defect: assert.fail,
  });

  await following.answer({ type: "ledger", operation: OPERATION, sequence: ledger.sequence + 1 });

  assert.deepEqual(looked, [null]);
  const { frozen } = overviewOf(mailbox.operation(OPERATION), hex(ACCOUNT));
  assert.deepEqual(frozen?.statements.map((one) => one.signed), statements.map(hex));
  assert.equal(frozen?.relayKey, hex(RELAY_KEY.publicKey));
});

test("under the name of our operation the relay shows another one, or another history than ours (L2)", async () => {
  const ledger = ledgerOfTheFixture();
  const shown = { entries: entries(), head: head(ledger.sequence, ledger.headHash) };
  const other = mailboxBefore(new LyingRelay([{ ...shown, entries: entries().slice(1) }]), true);
  const elsewhere = mailboxBefore(new LyingRelay([shown]), true);
  elsewhere.ownOperations.pins.set(hex(OPERATION), { operation: OPERATION, sequence: 1, hash: new Uint8Array(32) });

  await assert.rejects(other.followLedger(OPERATION), AnotherLedger);
  await assert.rejects(elsewhere.followLedger(OPERATION), AnotherLedger);

  assert.equal(failureOf(new AnotherLedger("x")).code, "another_ledger");
  assert.equal(other.operations.size + elsewhere.operations.size, 0);
});

test("a frozen operation is frozen at the next opening too, whatever the relay shows by then (L4)", async () => {
  const ledger = ledgerOfTheFixture();
  const honest = { entries: entries(), head: head(ledger.sequence, ledger.headHash) };
  const store = new MemoryStore();
  const before = mailboxBefore(new LyingRelay([honest, { entries: [], head: head(ledger.sequence, OPERATION) }]), true, store);
  await before.followLedger(OPERATION);
  await assert.rejects(before.followLedger(OPERATION), OperationFrozen);

  const mailbox = mailboxBefore(new LyingRelay([honest]), true, store);
  await load(mailbox, () => assert.fail("no channel was kept"), () => undefined);
  await mailbox.followLedger(OPERATION);

  assert.throws(() => usableSession(mailbox, postingOf()), FrozenOperation);
});

test("what waited for its turn when the sitting ended is not begun", async () => {
  const mailbox = mailboxBefore(new LyingRelay(), true);
  const following = new Following(mailbox, {
    looked: () => undefined,
    trouble: () => undefined,
    ended: () => undefined,
    defect: assert.fail,
  });
  let begun = false;
  const before = mailbox.turns.run(async () => following.stop());

  await following.attempt(async () => {
    begun = true;
  });

  await before;
  assert.equal(begun, false);
});

function head(sequence: number, hash: Bytes): Bytes {
  const content = concat(OPERATION, uint(sequence, 8), hash, uint(NOW, 8));
  return concat(opaque(content), opaque(signWithLabel(RELAY_KEY, labels.LEDGER_HEAD, content)));
}

function mailboxBefore(relay: RelayClient, joined: boolean, store = new MemoryStore()): Mailbox {
  const letter = { operation: OPERATION, sequence: 0, hash: OPERATION };
  const pins = new Map(joined ? [[hex(OPERATION), letter] as const] : []);
  const vault = { identityKey: IDENTITY, exchangeKey: new Uint8Array(32).fill(2), devices: [], pins, mailboxKeys: [] };
  return new Mailbox(store, DEVICE, vault, {
    relay,
    publisher: { publish: () => Promise.reject(new UsageError("nothing leaves in this test")) },
    sleep: () => Promise.resolve(),
    entropy: (length: number): Bytes => new Uint8Array(length),
    now: () => NOW,
    judgeReport: () => undefined,
  });
}

function postingOf(): Posting {
  const draft = { ...DRAFT, operation: hex(OPERATION) };
  const envelope = envelopeOf(draft, sha256(OWN.certificate), { sequence: 3, hash: new Uint8Array(32) }, new DraftFiles());
  const { operation, channel, message } = envelope;
  return { operation, channel, message, sendId: new Uint8Array(16), signed: signEnvelope(envelope, OWN.signingKey) };
}
