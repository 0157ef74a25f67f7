/** What a forger of Welcomes cannot make with our library, judged on plain values (C9, C11). */

import assert from "node:assert/strict";
import test from "node:test";

import { equal, fromHex } from "../../src/bytes";
import { CertificateMemo } from "../../src/ledger/certificate-memo";
import { judgeJoin, type JoinPlace } from "../../src/ledger/join-rules";
import { JoinRefused } from "../../src/ledger/refusal";
import type { LoggedCommit, WelcomeView } from "../../src/ledger/views";
import { parseCommit } from "../../src/mls/commit";
import { Group } from "../../src/mls/group";
import { SigningKey } from "../../src/primitives/signatures";
import { vectors } from "../vectors";
import { entryOf, keyPackageOf, ledgerOf, type Ground, type InvitationTold } from "./fixture";

const TOLD = vectors<Ground & { readonly way_in: InvitationTold }>("channel/restart.json");
const ENTRY = entryOf(TOLD.way_in.log[0]!);

test("the honest Welcome is followed", async () => {
  const { welcome, commit, place } = await honest();

  assert.ok(equal(judgeJoin(place, welcome, commit).channel, place.channel));
});

test("C9 a Welcome that somebody else than the Commit's sender signed is refused", async () => {
  const { welcome, commit, place } = await honest();

  refuses(() => judgeJoin(place, { ...welcome, signer: welcome.signer + 1 }, commit), /signed by another member/);
});

test("C9 a Welcome to another epoch than the Commit began is refused", async () => {
  const { welcome, commit, place } = await honest();

  refuses(() => judgeJoin(place, { ...welcome, epoch: welcome.epoch + 1n }, commit), /another epoch/);
});

test("C9 a tree without our own leaf is refused", async () => {
  const { welcome, commit, place } = await honest();

  refuses(() => judgeJoin(place, { ...welcome, ownLeaf: welcome.tree.length }, commit), /our own leaf/);
});

test("C9 a generation that the ledger does not know is refused", async () => {
  const { welcome, commit, place } = await honest();

  refuses(() => judgeJoin({ ...place, generation: 3 }, welcome, commit), /another generation/);
});

test("C11 a Commit behind the cut of a restart lets nobody in", async () => {
  const { welcome, commit, place } = await honest();
  const behind = { ...commit, sequence: 4 };

  assert.throws(() => judgeJoin(place, welcome, behind), (error) => error instanceof JoinRefused && error.rule === "C11");
});

async function honest(): Promise<{ welcome: WelcomeView; commit: LoggedCommit; place: JoinPlace }> {
  const own = keyPackageOf(TOLD);
  const keys = { credential: fromHex(TOLD.certificate), signingKey: new SigningKey(fromHex(TOLD.device_seed)) };
  const joined = await Group.join(fromHex(TOLD.way_in.welcome), fromHex(TOLD.way_in.ratchet_tree), own, keys);
  const { group, extension, signer } = joined;
  const { groupId, epoch, confirmationTag, leaves, ownLeaf } = group;
  const parsed = parseCommit(ENTRY.message);
  const ledger = ledgerOf(TOLD);
  return {
    welcome: { groupId, epoch, signer, confirmationTag, extension, tree: leaves, ownLeaf, keyPackageRef: own.ref },
    commit: {
      sequence: ENTRY.sequence,
      epoch: parsed.epoch,
      sender: parsed.committer,
      keyPackageRefs: parsed.adds.map((added) => added.keyPackageRef),
      confirmationTag: parsed.confirmationTag,
      authenticatedData: parsed.authenticatedData,
    },
    place: {
      ledger,
      channel: fromHex(TOLD.channel),
      generation: 1,
      pinned: ledger.members.get(TOLD.account)!.admittedAt,
      lastEpoch: null,
      certificates: new CertificateMemo(),
    },
  };
}

function refuses(judge: () => unknown, sentence: RegExp): void {
  assert.throws(judge, (error) => error instanceof JoinRefused && error.rule === "C9" && sentence.test(error.message));
}
