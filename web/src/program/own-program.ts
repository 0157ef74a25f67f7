/**
 * What this browser was given, hashed here.
 *
 * It tells an honest relay's program from another honest one's: of another version, or damaged on its way. Whoever
 * serves a program of their own makes it show what they like (docs/trust.md).
 */

import { hex, utf8, type Bytes } from "../bytes";
import { MalformedError } from "../errors";
import { sha256 } from "../primitives/hashes";
import { asDocument } from "../relay/answers";
import type { FileView, ProgramView } from "./views";

const PAGE = "index.html"; // served as "/"
const PATH = /^(?:index\.html|assets\/[\w.-]+)$/;
const DIGEST = /^[0-9a-f]{64}$/;
const MOST_FILES = 200;
const GROUP = /.{4}/g; // hexadecimal digits that are said in one breath

/** Gives a file as the browser was given it. @throws Unavailable the relay does not answer. */
export type GivenFile = (path: string) => Promise<Bytes>;

/** @throws MalformedError the relay's list is none. Throws as `given` too. */
export async function ownProgram(given: GivenFile): Promise<ProgramView> {
  const listed = readList(await given("/manifest.json"));
  const files: FileView[] = [];
  for (const [path, digest] of listed) {
    const found = hex(sha256(await given(path === PAGE ? "/" : `/${path}`)));
    files.push({ path, digest: found, listed: found === digest });
  }
  const lines = files.map(({ path, digest }) => `${digest}  ${path}\n`).join("");
  return { fingerprint: (hex(sha256(utf8(lines))).match(GROUP) ?? []).join(" "), files };
}

function readList(content: Bytes): readonly (readonly [string, string])[] {
  let listed: Readonly<Record<string, unknown>>;
  try {
    listed = asDocument(JSON.parse(new TextDecoder().decode(content)));
  } catch (error) {
    throw error instanceof SyntaxError ? new MalformedError("the relay's list of files is none") : error;
  }
  const files = Object.entries(listed).flatMap(([path, digest]) =>
    PATH.test(path) && typeof digest === "string" && DIGEST.test(digest) ? [[path, digest] as const] : [],
  );
  if (files.length === 0 || files.length > MOST_FILES || files.length !== Object.keys(listed).length) {
    throw new MalformedError("the relay's list of files is none");
  }
  return files.sort(([first], [second]) => (first < second ? -1 : 1));
}
