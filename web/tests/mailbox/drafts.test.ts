import assert from "node:assert/strict";
import test from "node:test";

import { MalformedError, UsageError } from "../../src/errors";
import { decodeDraft, encodeDraft } from "../../src/mailbox/drafts";
import { DRAFT } from "./draft";

test("a draft comes back as it was typed", () => {
  assert.deepEqual(decodeDraft(encodeDraft(DRAFT)), DRAFT);
});

test("a draft with files is refused in words, not kept without them", () => {
  const file = { attachment: "07".repeat(16), name: "photo.jpg", mediaType: "image/jpeg", size: 1 };

  assert.throws(() => encodeDraft({ ...DRAFT, body: { ...DRAFT.body, attachments: [file] } }), UsageError);
});

test("bytes that are no draft are refused by one error", () => {
  const bytes = encodeDraft(DRAFT);
  for (let length = 0; length < bytes.length; length += 7) {
    assert.throws(() => decodeDraft(bytes.slice(0, length)), MalformedError);
  }
});
