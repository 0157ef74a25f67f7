/**
 * A long text sealed piece by piece: XChaCha20-Poly1305 with the piece's place as its nonce (the STREAM construction).
 *
 * A piece opens only where it stood, as the last one or not as the last one: pieces that were swapped, dropped, doubled
 * or cut off at the end do not open. Source: as `cencomm/primitives/chunk_stream.py`.
 */

import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";

import { concat, type Bytes } from "../bytes";
import { uint } from "../codec";
import { DecryptionFailed, UsageError } from "../errors";

export const TAG_BYTES = 16;
const KEY_BYTES = 32;
const NONCE_PADDING = new Uint8Array(19); // 23 bytes of the index, of which four say something

/** Which piece of the text it is. */
export interface PieceAt {
  readonly index: number;
  readonly last: boolean;
}

/** The sealed piece, TAG_BYTES longer. `key` is fresh for each text, and seals each piece of it once. */
export function sealPiece(key: Bytes, plaintext: Bytes, associatedData: Bytes, at: PieceAt): Bytes {
  return xchacha20poly1305(checked(key), nonce(at), associatedData).encrypt(plaintext);
}

/** The piece that a holder of `key` sealed for exactly this place. @throws DecryptionFailed nobody did. */
export function openPiece(key: Bytes, sealed: Bytes, associatedData: Bytes, at: PieceAt): Bytes {
  if (sealed.length < TAG_BYTES) {
    throw new DecryptionFailed();
  }
  try {
    return xchacha20poly1305(checked(key), nonce(at), associatedData).decrypt(sealed);
  } catch (error) {
    if (error instanceof UsageError) {
      throw error;
    }
    throw new DecryptionFailed();
  }
}

function checked(key: Bytes): Bytes {
  if (key.length !== KEY_BYTES) {
    throw new UsageError(`a piece is sealed under ${KEY_BYTES} bytes, not ${key.length}`);
  }
  return key;
}

function nonce(at: PieceAt): Bytes {
  return concat(NONCE_PADDING, uint(at.index, 4), uint(at.last ? 1 : 0, 1));
}
