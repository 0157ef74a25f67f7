/** A draft with something in every field. */

import type { DraftView } from "../../src/mailbox/views";

export const DRAFT: DraftView = {
  draft: "0a".repeat(16),
  operation: "01".repeat(32),
  channel: "02".repeat(16),
  form: "03".repeat(16),
  formHash: "04".repeat(32),
  replyTo: "05".repeat(16),
  body: {
    values: new Map([["text", "Conteneur MSKU 907032-3 \u0645\u0631\u062d\u0628\u0627"]]),
    language: "fr",
    writtenAt: 1_795_305_600,
    to: [{ country: "FR" }, { role: "coordinator" }, { account: "06".repeat(16) }],
    answerBy: 1_795_309_200,
    expectedAction: "detain",
    priority: "urgent",
    handling: "H1",
    handlingText: "not for the press",
    tlp: "AMBER",
    evaluation: { source: "B", information: "2" },
    variant: "simplified",
    attachments: [],
  },
  changedAt: 1_795_305_601,
};
