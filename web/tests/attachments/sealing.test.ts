import assert from "node:assert/strict";
import test from "node:test";

import { download } from "../../src/attachments/downloading";
import { isPicture, shrunk } from "../../src/attachments/pictures";
import { AttachmentAltered, ContentHash, Opening, sealChunk } from "../../src/attachments/sealing";
import { describe, upload, type Content } from "../../src/attachments/uploading";
import { concat, fromHex, hex, type Bytes } from "../../src/bytes";
import { MalformedError, Unavailable, UsageError } from "../../src/errors";
import { chunkCount, contentLength, paddedSize, type Attachment } from "../../src/forms/attachment";
import { sha256 } from "../../src/primitives/hashes";
import { AttachmentRoutes } from "../../src/relay/attachment-routes";
import { countingEntropy } from "../fakes/counting-entropy";
import { FileRelay } from "../fakes/file-relay";
import { vectors } from "../vectors";

interface Sealed {
  readonly operation: string;
  readonly channel: string;
  readonly id: string;
  readonly key: string;
  readonly size: number;
  readonly chunk_size: number;
  readonly hash: string;
  readonly chunks: readonly { readonly length: number; readonly sha256: string }[];
}

const BELONGING = { operation: new Uint8Array(32).fill(1), channel: new Uint8Array(16).fill(2) };

function contentOf(size: number): Bytes {
  return Uint8Array.from({ length: size }, (_, place) => (7 * place + size) % 256);
}

function file(content: Bytes, name = "waybill.pdf", mediaType = "application/pdf"): Content {
  return { name, mediaType, size: content.length, read: (from, to) => Promise.resolve(content.slice(from, to)) };
}

const quietly = (): void => undefined;
const atOnce = (): Promise<void> => Promise.resolve();

test("files are padded to the lengths that Python pads them to (A2)", () => {
  for (const { size, padded } of vectors<{ size: number; padded: number }[]>("attachments/padded.json")) {
    assert.equal(paddedSize(size), padded);
  }
});

for (const one of vectors<Sealed[]>("attachments/sealed.json")) {
  test(`a file of ${one.size} bytes in chunks of ${one.chunk_size} is sealed as Python seals it (A2)`, () => {
    const belonging = { operation: fromHex(one.operation, 32), channel: fromHex(one.channel, 16) };
    const content = contentOf(one.size);
    const head = { id: fromHex(one.id, 16), key: fromHex(one.key, 32), name: "x", mediaType: "a/b" };
    const unhashed = { ...head, size: one.size, chunkSize: one.chunk_size };
    const hash = new ContentHash(unhashed);
    const chunks = one.chunks.map((_, index) => {
      const from = index * one.chunk_size;
      const piece = content.slice(from, from + contentLength(unhashed, index));
      hash.add(piece);
      return sealChunk(belonging, unhashed, index, piece);
    });
    const attachment: Attachment = { ...unhashed, hash: hash.digest() };

    assert.equal(hex(attachment.hash), one.hash);
    assert.deepEqual(chunks.map((chunk) => ({ length: chunk.length, sha256: hex(sha256(chunk)) })), one.chunks);
    const opening = new Opening(belonging, attachment);
    assert.deepEqual(concat(...chunks.map((chunk) => opening.open(chunk))), content);
    opening.finish();
  });
}

async function sent(content: Bytes): Promise<{ relay: FileRelay; routes: AttachmentRoutes; attachment: Attachment }> {
  const relay = new FileRelay();
  const routes = new AttachmentRoutes(relay);
  const attachment = await describe(file(content), countingEntropy("files"));
  await upload(routes, BELONGING, attachment, file(content), quietly, atOnce);
  return { relay, routes, attachment };
}

test("a file goes to the relay and comes back", async () => {
  const content = contentOf(600_001);
  const { routes, attachment } = await sent(content);
  const steps: number[] = [];

  const back = await download(routes, BELONGING, attachment, (done) => steps.push(done));

  assert.deepEqual(back, content);
  assert.deepEqual(steps, [chunkCount(attachment)]);
});

test("chunks that were swapped, cut, changed, of another file or channel are noticed, and nothing is returned (A2)", async () => {
  const content = contentOf(600_001);
  const lies: ((chunks: Bytes[]) => void)[] = [
    (chunks) => chunks.reverse(),
    (chunks) => chunks.pop(),
    (chunks) => (chunks[1]![7]! ^= 1),
    (chunks) => (chunks[0] = chunks[1]!),
    (chunks) => (chunks[2] = chunks[2]!.slice(0, -1)),
  ];
  for (const lie of lies) {
    const { relay, routes, attachment } = await sent(content);
    lie(relay.only().chunks);
    await assert.rejects(download(routes, BELONGING, attachment, quietly), AttachmentAltered);
  }
  const { routes, attachment } = await sent(content);
  const elsewhere = { ...BELONGING, channel: new Uint8Array(16).fill(3) };
  await assert.rejects(download(routes, elsewhere, attachment, quietly), AttachmentAltered);
  const other = { ...attachment, hash: sha256(content) };
  await assert.rejects(download(routes, BELONGING, other, quietly), AttachmentAltered);
});

test("an author who hides something in the padding is noticed", () => {
  const unhashed = { id: new Uint8Array(16), key: new Uint8Array(32), name: "x", mediaType: "a/b", size: 10, chunkSize: 65_536 };
  const hash = new ContentHash(unhashed);
  hash.add(contentOf(10));
  const sealed = sealChunk(BELONGING, unhashed, 0, concat(contentOf(10), Uint8Array.of(1)));

  const opening = new Opening(BELONGING, { ...unhashed, hash: hash.digest() });

  assert.throws(() => opening.open(sealed), AttachmentAltered);
});

test("an upload that broke off sends only what is missing (A6)", async () => {
  const content = contentOf(1_000_000);
  const relay = new FileRelay();
  const routes = new AttachmentRoutes(relay);
  const attachment = await describe(file(content), countingEntropy("files"));
  relay.breakAfter(2);

  await upload(routes, BELONGING, attachment, file(content), quietly, atOnce);

  assert.equal(relay.puts, chunkCount(attachment) + 1); // the one that broke went twice
});

test("a line that stays broken is said, and what is there is kept for the next try (A6)", async () => {
  const content = contentOf(1_000_000);
  const relay = new FileRelay();
  const routes = new AttachmentRoutes(relay);
  const attachment = await describe(file(content), countingEntropy("files"));
  relay.breakAfter(1, 100);

  await assert.rejects(upload(routes, BELONGING, attachment, file(content), quietly, atOnce), Unavailable);
  relay.breakAfter(100);
  await upload(routes, BELONGING, attachment, file(content), quietly, atOnce);

  assert.deepEqual(await download(routes, BELONGING, attachment, quietly), content);
});

test("a file that changes while it is read is not sent", async () => {
  const content = contentOf(300_000);
  const shrinking: Content = { ...file(content), read: (from, to) => Promise.resolve(content.slice(from, to - 1)) };

  await assert.rejects(describe(shrinking, countingEntropy("files")), UsageError);
});

test("a file without content, or with too much, is refused in words", async () => {
  await assert.rejects(describe(file(new Uint8Array()), countingEntropy("files")), UsageError);
  const vast: Content = { ...file(new Uint8Array(1)), size: (100 << 20) + 1 };
  await assert.rejects(describe(vast, countingEntropy("files")), UsageError);
});

test("pictures are known by what they are, whatever they are called (A8)", () => {
  const bytes = (text: string): Bytes => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

  assert.ok(isPicture("IMG_0001.HEIC", bytes("")));
  assert.ok(isPicture("waybill.txt", bytes("\xff\xd8\xff\xe1Exif")));
  assert.ok(isPicture("scan", bytes("\0\0\0\x18ftypheic")));
  assert.ok(!isPicture("waybill.pdf", bytes("%PDF-1.7")));
  assert.deepEqual(shrunk(8000, 6000), { width: 2560, height: 1920 });
  assert.deepEqual(shrunk(800, 1), { width: 800, height: 1 });
});

test("a relay that names missing chunks twice is not believed", async () => {
  const relay = new FileRelay();
  relay.missing = [1, 1];
  const routes = new AttachmentRoutes(relay);
  const attachment = await describe(file(contentOf(10)), countingEntropy("files"));

  await assert.rejects(upload(routes, BELONGING, attachment, file(contentOf(10)), quietly, atOnce), MalformedError);
});
