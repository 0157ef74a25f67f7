/** The cases that Python and the browser share: tests/vectors/ of the repository. */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL("../../../tests/vectors/", import.meta.url)); // from web/build/tests/

export function vectors<T>(path: string): T {
  return JSON.parse(readFileSync(FOLDER + path, "utf-8")) as T;
}
