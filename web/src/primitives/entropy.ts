/** Random bytes are a parameter, so that tests can count them; there is one source outside tests. */

import type { Bytes } from "../bytes";

export type Entropy = (length: number) => Bytes;

export const systemEntropy: Entropy = (length) => crypto.getRandomValues(new Uint8Array(length));
