/** Devices and groups to test with. Random bytes are counted, so that a failure happens again. */

import { concat, utf8, type Bytes } from "../../src/bytes";
import { uint } from "../../src/codec";
import { Group } from "../../src/mls/group";
import { makeKeyPackage, type OwnKeyPackage } from "../../src/mls/key-package";
import type { DeviceKeys } from "../../src/mls/keys";
import type { Entropy } from "../../src/primitives/entropy";
import { sha256 } from "../../src/primitives/hashes";
import { SigningKey } from "../../src/primitives/signatures";

export const GROUP_ID = sha256(utf8("group of the tests"));
export const ANCHOR = utf8("anchor of a Commit");
const FOREVER = { notBefore: 0n, notAfter: 2n ** 63n - 1n };

/** Bytes that depend on `seed` and on how many were drawn before. */
export function counted(seed: string): Entropy {
  let drawn = 0;
  return (length) => {
    const blocks: Bytes[] = [];
    for (let have = 0; have < length; have += 32) {
      drawn += 1;
      blocks.push(sha256(concat(utf8(seed), uint(drawn, 4))));
    }
    return concat(...blocks).slice(0, length);
  };
}

export interface Device {
  readonly keys: DeviceKeys;
  readonly own: OwnKeyPackage;
  readonly entropy: Entropy;
}

export async function device(name: string): Promise<Device> {
  const entropy = counted(name);
  const keys = { credential: utf8(name), signingKey: new SigningKey(entropy(32)) };
  return { keys, own: await makeKeyPackage(keys, FOREVER, entropy), entropy };
}

/** A group of one epoch, as each of its members sees it, the creator first. */
export async function party(...names: readonly string[]): Promise<Group[]> {
  const devices = await Promise.all(names.map(device));
  const [first, ...others] = devices;
  if (first === undefined) {
    return [];
  }
  const alone = await Group.create(GROUP_ID, first.own, first.keys, first.entropy);
  const adds = others.map((one) => one.own.keyPackage);
  const { group, welcome, ratchetTree } = await alone.commit({ adds, removes: [] }, ANCHOR, first.entropy);
  if (welcome === null || ratchetTree === null) {
    return [group];
  }
  const joined = await Promise.all(others.map((one) => Group.join(welcome, ratchetTree, one.own, one.keys)));
  return [group, ...joined.map((one) => one.group)];
}
