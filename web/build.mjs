/**
 * Builds the browser client into dist/, for Node its tests into build/tests/ (`--tests`) and its measurements into
 * build/bench/ (`--bench`), or the gallery of its screens with invented messages, which never ships, into
 * build/gallery/ (`--gallery`).
 *
 * The same sources and the same lock file give the same bytes: `dist/manifest.json` lists the SHA-256 of each file, so
 * that anybody can compare what a relay serves with what was built here.
 */

import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";

import { build } from "esbuild";

const HERE = dirname(fileURLToPath(import.meta.url));
const LOCALE = join(HERE, "..", "locale");
const TERMS = join(HERE, "build", "terms"); // code lists and wording, which hatch_build.py compiles
const DIST = join(HERE, "dist");
const ASSETS = join(DIST, "assets");
const TRANSLATED = readdirSync(LOCALE).sort(); // what the page offers beside English
const SHARED = {
  absWorkingDir: HERE,
  bundle: true,
  format: "esm",
  logLevel: "warning",
  charset: "utf8",
  define: { TRANSLATED: JSON.stringify(TRANSLATED) },
};

if (process.argv.includes("--tests")) {
  await buildForNode("tests", ".test.ts", ".peer.ts"); // peers: programs that Python's tests start
} else if (process.argv.includes("--bench")) {
  await buildForNode("bench", ".ts");
} else if (process.argv.includes("--gallery")) {
  await buildGallery();
} else {
  await buildPage();
}

async function buildForNode(folder, ...endings) {
  const all = readdirSync(join(HERE, folder), { recursive: true });
  const names = all.filter((name) => endings.some((ending) => name.endsWith(ending)));
  await build({
    ...SHARED,
    entryPoints: names.map((name) => `${folder}/${name}`),
    outbase: folder,
    outdir: `build/${folder}`,
    outExtension: { ".js": ".mjs" },
    platform: "node",
    target: "node20",
    sourcemap: "inline",
  });
}

async function buildPage() {
  rmSync(DIST, { recursive: true, force: true });
  mkdirSync(ASSETS, { recursive: true });
  await bundle({ page: "src/main.tsx", style: "src/style.css" }, ASSETS, { splitting: true });
  await bundle({ worker: "src/worker/worker.ts" }, ASSETS, { splitting: true }); // apart: what both need comes to each at once
  copyFileSync(join(HERE, "index.html"), join(DIST, "index.html"));
  copyFileSync(join(HERE, "src", "icon.svg"), join(ASSETS, "icon.svg"));
  writeTerms(ASSETS);
  const files = ["index.html", ...readdirSync(ASSETS).map((name) => `assets/${name}`)].sort();
  const manifest = Object.fromEntries(files.map((name) => [name, digest(join(DIST, name))]));
  writePacked(files);
  writeFileSync(join(DIST, "manifest.json"), `${JSON.stringify(manifest, null, 1)}\n`);
}

/** Each file in brotli beside it, a seventh less than in gzip; `packed.json` lists the SHA-256 of each. */
function writePacked(files) {
  const packed = files.map((name) => {
    const content = readFileSync(join(DIST, name));
    const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
    writeFileSync(join(DIST, `${name}.br`), brotliCompressSync(content, { params }));
    return [name, digest(join(DIST, `${name}.br`))];
  });
  writeFileSync(join(DIST, "packed.json"), `${JSON.stringify(Object.fromEntries(packed), null, 1)}\n`);
}

async function buildGallery() {
  const assets = join(HERE, "build", "gallery", "assets");
  mkdirSync(assets, { recursive: true });
  const pages = { index: "gallery", writing: "writing", gates: "gates" };
  const programs = Object.values(pages).map((name) => [name, `gallery/${name}.tsx`]);
  await bundle({ ...Object.fromEntries(programs), style: "src/style.css" }, assets);
  const shell = readFileSync(join(HERE, "gallery", "shell.html"), "utf-8");
  for (const [page, program] of Object.entries(pages)) {
    writeFileSync(join(assets, "..", `${page}.html`), shell.replace("PROGRAM", program));
  }
  writeTerms(assets);
}

function bundle(entryPoints, outdir, options = {}) {
  return build({
    ...SHARED,
    ...options,
    entryPoints,
    chunkNames: "part-[hash]",
    outdir,
    minify: true,
    target: ["es2023", "chrome119", "firefox121", "safari17"],
    jsx: "automatic",
    jsxImportSource: "preact",
    legalComments: "none",
  });
}

/** What the page fetches in the reader's language: its own sentences, and those of forms and codes. */
function writeTerms(assets) {
  for (const name of readdirSync(TERMS)) {
    copyFileSync(join(TERMS, name), join(assets, name));
  }
  for (const language of TRANSLATED) {
    const folder = join(LOCALE, language, "LC_MESSAGES", "web"); // a catalogue for each group of screens
    const catalogues = readdirSync(folder).sort().map((name) => readCatalogue(join(folder, name)));
    writeFileSync(join(assets, `words-${language}.json`), JSON.stringify(Object.assign({}, ...catalogues)));
  }
}

function digest(path) {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}

/** A gettext catalogue without plurals and contexts: what ours are. */
function readCatalogue(path) {
  const catalogue = {};
  for (const entry of readFileSync(path, "utf-8").split(/\n{2,}/)) {
    const id = quoted(entry, "msgid");
    const text = quoted(entry, "msgstr");
    if (id) {
      catalogue[id] = text;
    }
  }
  return catalogue;
}

function quoted(entry, keyword) {
  const lines = entry.split("\n").filter((line) => !line.startsWith("#"));
  const start = lines.findIndex((line) => line.startsWith(`${keyword} `));
  if (start < 0) {
    return "";
  }
  const end = lines.findIndex((line, place) => place > start && !line.startsWith('"'));
  const parts = [lines[start].slice(keyword.length + 1), ...lines.slice(start + 1, end < 0 ? undefined : end)];
  return parts.map((part) => JSON.parse(part)).join("");
}
