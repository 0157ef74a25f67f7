/** One call to the relay; what stands behind it (connections, session, saving first) is not the routes' business. */

import type { Document } from "./answers";

export interface Caller {
  /**
   * What the relay answers; an empty document for 204.
   *
   * `carried`: the request takes the state that it stands on along, so nothing has to be saved before (D4).
   *
   * @throws RelayRefuses nothing was done.
   * @throws Unavailable it is not known whether it was done.
   * @throws MalformedError what came back is no answer of this protocol.
   */
  ask(method: string, path: string, document?: Document, carried?: boolean): Promise<Document>;
}
