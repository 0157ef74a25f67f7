/** The cases that Python and the browser share: tests/vectors/ of the repository. */

import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's folder, from wherever in web/build/tests/ a test lies. */
export const ROOT = rootAbove(dirname(fileURLToPath(import.meta.url)));

export function vectors<T>(path: string): T {
  return JSON.parse(readFileSync(join(ROOT, "tests/vectors", path), "utf-8")) as T;
}

function rootAbove(folder: string): string {
  return existsSync(join(folder, "pyproject.toml")) ? folder : rootAbove(dirname(folder));
}

/** A file of the reference material that lies beside the repository where the suite is developed, or null. */
export function reference<T>(path: string): T | null {
  const file = join(dirname(ROOT), "shared", path);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf-8")) as T) : null;
}
