/** What was given to be sent and is not in the log yet, or came back to its author (S3). */

import { hex } from "../bytes";
import { kept, returned } from "../channel/posting";
import { channelKey, Standing } from "../channel/session";
import { decodeEnvelope } from "../forms/envelope";
import { isControl } from "../forms/signed";
import { draftOf } from "./drafts";
import type { Mailbox } from "./mailbox";
import type { OutgoingView } from "./views";

export async function outgoing(mailbox: Mailbox, operation: string): Promise<readonly OutgoingView[]> {
  const onTheirWay = (await kept(mailbox))
    .filter((posting) => hex(posting.operation) === operation && !isControl(posting.signed))
    .map(({ channel, operation: id, signed }): OutgoingView => {
      const envelope = decodeEnvelope(signed.content);
      const isOpen = mailbox.sessions.get(channelKey(id, channel))?.standing === Standing.live;
      return {
        draft: draftOf(envelope, envelope.body.writtenAt),
        state: isOpen ? "sending" : "waiting",
        refusal: null,
      };
    });
  const cameBack = (await returned(mailbox))
    .filter(({ envelope }) => hex(envelope.operation) === operation)
    .map(
      ({ envelope, reason }): OutgoingView => ({
        draft: draftOf(envelope, envelope.body.writtenAt),
        state: "refused",
        refusal: reason,
      }),
    );
  return [...onTheirWay, ...cameBack];
}
