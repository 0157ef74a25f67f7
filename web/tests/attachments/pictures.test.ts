import assert from "node:assert/strict";
import test from "node:test";

import { readyToSend, shownType, UnreadablePicture } from "../../src/attachments/pictures";

test("A8: a file that only says that it is a picture is refused, so that no file is shown as made anew that was not", async () => {
  const file = new File(["MARKER-OF-A-PERSON"], "evidence", { type: "image/jpeg" });

  await assert.rejects(readyToSend(file), UnreadablePicture);
});

test("A8: another file is sent as it is", async () => {
  const content = await readyToSend(new File(["a,b"], "manifest.csv", { type: "text/csv" }));

  assert.deepEqual([content.name, content.mediaType, content.size], ["manifest.csv", "text/csv", 3]);
});

test("a reader is shown pictures by their first bytes, whatever their author calls them", () => {
  const bytes = (letters: string): Uint8Array => Uint8Array.from(letters, (letter) => letter.charCodeAt(0));

  assert.equal(shownType(bytes("\xff\xd8\xff\xe0 and more")), "image/jpeg");
  assert.equal(shownType(bytes("\x89PNG\r\n\x1a\n and more")), "image/png");
  assert.equal(shownType(bytes("RIFF\0\0\0\0WEBPVP8 ")), "image/webp");
  assert.equal(shownType(bytes("<svg xmlns='http://www.w3.org/2000/svg'>")), null);
  assert.equal(shownType(bytes("GIF89a")), null);
  assert.equal(shownType(new Uint8Array()), null);
});
