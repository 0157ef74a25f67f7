/** What leaves a mailbox that roams takes its sealed state along: the relay stores both, or neither (D4, S5). */

import { hex, type Bytes } from "../bytes";
import type { Publish, Publisher } from "../channel/publishing";
import { bytesOf } from "../relay/answers";
import { toBase64 } from "../relay/base64";
import type { Caller } from "../relay/caller";
import { writeDocument } from "../relay/mailbox-routes";
import type { RoamingStore } from "./store";

export class RoamingPublisher implements Publisher {
  constructor(
    private readonly relay: Caller,
    private readonly store: RoamingStore,
  ) {}

  publish(request: Publish): Promise<Bytes> {
    const { operation, channel, generation } = request;
    const path = `/v1/operations/${hex(operation)}/channels/${hex(channel)}/${generation}/log`;
    return this.store.carry(async (write) => {
      const document = {
        send_id: toBase64(request.sendId),
        kind: request.kind,
        message: toBase64(request.message),
        ...(request.welcome === null ? {} : { welcome: toBase64(request.welcome) }),
        ...(request.ratchetTree === null ? {} : { ratchet_tree: toBase64(request.ratchetTree) }),
        mailbox: writeDocument(write),
      };
      return bytesOf(await this.relay.ask("POST", path, document, true), "receipt");
    });
  }
}
