import assert from "node:assert/strict";
import test from "node:test";

import { MalformedError, UsageError } from "../../src/errors";
import { DraftFiles } from "../../src/mailbox/draft-files";
import { decodeDraft, encodeDraft } from "../../src/mailbox/drafts";
import type { Attachment } from "../../src/forms/attachment";
import { DRAFT } from "./draft";

const FILE: Attachment = {
  id: new Uint8Array(16).fill(7),
  key: new Uint8Array(32).fill(8),
  hash: new Uint8Array(32).fill(9),
  name: "photo.jpg",
  mediaType: "image/jpeg",
  size: 70_000,
  chunkSize: 65_536,
};

test("a draft comes back as it was typed", () => {
  assert.deepEqual(decodeDraft(encodeDraft(DRAFT, new DraftFiles()), new DraftFiles()), DRAFT);
});

test("a draft with a file comes back with the file's key, which the page is not shown", () => {
  const files = new DraftFiles();
  const view = files.add(FILE, DRAFT.channel);
  const draft = { ...DRAFT, body: { ...DRAFT.body, attachments: [view] } };
  const again = new DraftFiles();

  const back = decodeDraft(encodeDraft(draft, files), again);

  assert.deepEqual(back, draft);
  assert.deepEqual(Object.keys(view), ["attachment", "name", "mediaType", "size"]);
  assert.deepEqual(again.of(back), [FILE]);
});

test("a draft that names a file which is gone is refused in words, not kept without it", () => {
  const file = { attachment: "07".repeat(16), name: "photo.jpg", mediaType: "image/jpeg", size: 1 };
  const draft = { ...DRAFT, body: { ...DRAFT.body, attachments: [file] } };

  assert.throws(() => encodeDraft(draft, new DraftFiles()), UsageError);
});

test("a draft that could not be read back is refused, and does not close the mailbox for good", () => {
  const pasted = { ...DRAFT, body: { ...DRAFT.body, values: new Map([["text", "x".repeat(500_000)]]) } };

  assert.throws(() => encodeDraft(pasted, new DraftFiles()), UsageError);
});

test("a file that was sealed for one channel cannot go with a draft of another: nobody could open it (A2)", () => {
  const files = new DraftFiles();
  const view = files.add(FILE, "0f".repeat(32));

  assert.throws(() => files.of({ ...DRAFT, body: { ...DRAFT.body, attachments: [view] } }), UsageError);
});

test("bytes that are no draft are refused by one error", () => {
  const bytes = encodeDraft(DRAFT, new DraftFiles());
  for (let length = 0; length < bytes.length; length += 7) {
    assert.throws(() => decodeDraft(bytes.slice(0, length), new DraftFiles()), MalformedError);
  }
});
