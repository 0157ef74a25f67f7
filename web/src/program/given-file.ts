/** A file of this program as this browser keeps it from when it loaded the page; fetched if it never was here. */

import type { Bytes } from "../bytes";
import { Unavailable } from "../errors";

/** @throws Unavailable the relay does not answer, or not with a file. */
export async function givenFile(path: string): Promise<Bytes> {
  const cache = path.startsWith("/assets/") || path === "/" ? "force-cache" : "no-store"; // the list is asked for anew
  try {
    const answer = await fetch(path, { cache, credentials: "omit", redirect: "error" });
    if (answer.ok) {
      return new Uint8Array(await answer.arrayBuffer());
    }
  } catch {
    // said below
  }
  throw new Unavailable("the relay does not answer: check the network, then try again");
}
