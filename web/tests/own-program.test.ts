import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import test from "node:test";

import { utf8, type Bytes } from "../src/bytes";
import { MalformedError } from "../src/errors";
import { ownProgram } from "../src/program/own-program";

const FILES: Readonly<Record<string, string>> = { "index.html": "<!doctype html>", "assets/page.js": "export {};\n" };

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** A relay that lists `listed` and gives FILES. */
function serving(listed: unknown): (path: string) => Promise<Bytes> {
  return async (path) => {
    if (path === "/manifest.json") {
      return utf8(typeof listed === "string" ? listed : JSON.stringify(listed));
    }
    return utf8(FILES[path === "/" ? "index.html" : path.slice(1)] ?? "");
  };
}

const LISTED = Object.fromEntries(Object.entries(FILES).map(([path, text]) => [path, sha256(text)]));

test("the number is the SHA-256 of what `cencomm web manifest` prints, of files as they were given", async () => {
  const program = await ownProgram(serving(LISTED));

  const lines = ["assets/page.js", "index.html"].map((path) => `${LISTED[path]}  ${path}\n`).join("");
  assert.equal(program.fingerprint.replaceAll(" ", ""), sha256(lines));
  assert.match(program.fingerprint, /^([0-9a-f]{4} ){15}[0-9a-f]{4}$/);
  assert.deepEqual(program.files.map((file) => [file.path, file.listed]), [["assets/page.js", true], ["index.html", true]]);
});

test("a file that is not as it is listed is named, and the number is of what was given", async () => {
  const honest = await ownProgram(serving(LISTED));

  const program = await ownProgram(serving({ ...LISTED, "assets/page.js": sha256("another") }));

  assert.deepEqual(program.files.filter((file) => !file.listed).map((file) => file.path), ["assets/page.js"]);
  assert.equal(program.fingerprint, honest.fingerprint);
});

test("a list that is none, or leads elsewhere, is not followed", async () => {
  const digest = sha256("");
  for (const listed of ["", "[]", "{}", { "index.html": 7 }, { "../v1/vault": digest }, { "assets/a/b": digest }]) {
    await assert.rejects(ownProgram(serving(listed)), MalformedError, JSON.stringify(listed));
  }
});
