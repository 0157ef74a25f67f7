/**
 * Pre-shared keys (RFC 9420 section 8.4), which our profile does not have: the official vectors mix them into most
 * groups, and what comes after is what we want to see.
 */

import assert from "node:assert/strict";

import { concat, hex, type Bytes } from "../../src/bytes";
import { decode, uint, type Reader } from "../../src/codec";
import { encodeGroupContext, type GroupContext } from "../../src/mls/group-context";
import type { OpenedWelcome } from "../../src/mls/joining";
import { privateHalves, type OwnKeyPackage } from "../../src/mls/key-package";
import { newEpoch, type NewEpoch } from "../../src/mls/key-schedule";
import * as suite from "../../src/mls/suite";
import { decodeWelcome, openGroupInfo } from "../../src/mls/welcome";
import { HASH_BYTES } from "../../src/primitives/hashes";

const EXTERNAL = 1; // PSKType

/** External pre-shared keys, by the hexadecimal of their ids. */
export type PreSharedKeys = ReadonlyMap<string, Bytes>;

/** `openWelcome`, for a group into which external pre-shared keys were mixed. */
export function openWelcomeWith(welcome: Bytes, own: OwnKeyPackage, psks: PreSharedKeys): OpenedWelcome {
  const decoded = decodeWelcome(welcome);
  const ours = decoded.secrets.find((one) => hex(one.newMember) === hex(own.ref));
  assert.ok(ours);
  const { initKey } = privateHalves(own);
  const inside = suite.decryptWithLabel(initKey, "Welcome", decoded.encryptedGroupInfo, ours.sealed);
  assert.ok(inside);
  const { joiner, pathSecret, ids } = decode(inside, (reader) => ({
    joiner: reader.opaque(),
    pathSecret: reader.optional((inner) => inner.opaque()),
    ids: reader.vector(readPskId),
  }));
  const psk = pskSecret(ids, psks);
  const info = openGroupInfo(welcomeSecretWith(joiner, psk), decoded);
  return { info, epoch: epochWith(joiner, psk, info.context), pathSecret };
}

/** `welcomeSecret`, with a psk_secret that is not zero. */
export function welcomeSecretWith(joiner: Bytes, psk: Bytes): Bytes {
  return suite.deriveSecret(suite.extract(joiner, psk), "welcome");
}

/** `epochFromJoiner`, with a psk_secret that is not zero. */
export function epochWith(joiner: Bytes, psk: Bytes, context: GroupContext): NewEpoch {
  const member = suite.extract(joiner, psk);
  return newEpoch(suite.expandWithLabel(member, "epoch", encodeGroupContext(context), HASH_BYTES));
}

interface PskId {
  readonly key: string;
  readonly encoded: Bytes;
}

function readPskId(reader: Reader): PskId {
  const mark = reader.mark();
  assert.equal(reader.uint(1), EXTERNAL);
  const key = hex(reader.opaque());
  reader.opaque(); // its nonce
  return { key, encoded: reader.since(mark) };
}

function pskSecret(ids: readonly PskId[], psks: PreSharedKeys): Bytes {
  return ids.reduce((secret, { key, encoded }, index) => {
    const psk = psks.get(key);
    assert.ok(psk);
    const label = concat(encoded, uint(index, 2), uint(ids.length, 2));
    const input = suite.expandWithLabel(suite.extract(suite.ZERO, psk), "derived psk", label, HASH_BYTES);
    return suite.extract(input, secret);
  }, suite.ZERO);
}
