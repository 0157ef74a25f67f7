/** The charter: entry 0, with which an operation begins (rules L2, L4; docs/protocol.md section 3.2). */

import { fromUtf8, type Bytes } from "../bytes";
import type { Reader } from "../codec";
import { MalformedError } from "../errors";
import { PUBLIC_KEY_BYTES } from "../primitives/signatures";
import { readBlobRef, readContentKeyRef, type BlobRef, type ContentKeyRef } from "./content-key";
import { readKeys, type Keys } from "./enrolment";
import { EntryType, History, readKind } from "./kinds";

const NONCE_BYTES = 32;
const MAX_RELAY_NAME_BYTES = 255;

/** What an operation promises to its members; fixed for its life. */
export interface Policy {
  readonly history: History;
  readonly retentionDays: number;
  readonly updateIntervalHours: number;
  readonly heartbeatSeconds: number;
  readonly twoSignatures: readonly EntryType[]; // beyond those of L5
  readonly exercise: boolean; // every screen says that this is no operation
}

/** Entry 0. The hash of the entry that carries it is the operation id, so it vouches for itself (L2). */
export interface Charter {
  readonly type: typeof EntryType.charter;
  readonly nonce: Bytes; // stands for the operation id in the coordinators' enrolments
  readonly coordinators: readonly Keys[]; // the signer first
  readonly relayKey: Bytes; // Ed25519, signs heads and receipts (L4)
  readonly relayName: string;
  readonly policy: Policy;
  readonly contentKey: ContentKeyRef;
  readonly plan: BlobRef;
  readonly profiles: readonly BlobRef[]; // one per coordinator, in order
}

export function readCharter(reader: Reader): Charter {
  return {
    type: EntryType.charter,
    nonce: reader.fixed(NONCE_BYTES),
    coordinators: reader.vector(readKeys),
    relayKey: reader.fixed(PUBLIC_KEY_BYTES),
    relayName: fromUtf8(reader.opaque(MAX_RELAY_NAME_BYTES)),
    policy: readPolicy(reader),
    contentKey: readContentKeyRef(reader),
    plan: readBlobRef(reader),
    profiles: reader.vector(readBlobRef),
  };
}

function readPolicy(reader: Reader): Policy {
  const policy = {
    history: readKind(reader, History, "History"),
    retentionDays: reader.uint(4),
    updateIntervalHours: reader.uint(4),
    heartbeatSeconds: reader.uint(4),
    twoSignatures: reader.vector((item) => readKind(item, EntryType, "EntryType")),
  };
  const exercise = reader.uint(1);
  if (exercise > 1) {
    throw new MalformedError("exercise is 0 or 1");
  }
  return { ...policy, exercise: exercise === 1 };
}
