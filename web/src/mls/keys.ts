/** What a device brings into each of its groups. */

import type { Bytes } from "../bytes";
import type { SigningKey } from "../primitives/signatures";

export interface DeviceKeys {
  readonly credential: Bytes; // its encoded DeviceCertificate, the identity of its BasicCredential (rule C5)
  readonly signingKey: SigningKey;
}
