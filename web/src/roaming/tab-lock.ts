/** One tab of a browser at a time holds a mailbox: the relay sees one session, and could not tell two tabs apart. */

import { OpenInAnotherTab } from "./errors";

const NAME = "cencomm mailbox";

/** Gives what ends the hold. @throws OpenInAnotherTab another tab has it. */
export type TabLock = () => Promise<() => void>;

/** The browser's own (Web Locks). A tab that is closed or crashes lets go by itself. */
export const browserTabLock: TabLock = () =>
  new Promise((resolve, reject) => {
    const held = (lock: Lock | null): Promise<void> | undefined => {
      if (lock === null) {
        reject(new OpenInAnotherTab());
        return undefined;
      }
      return new Promise((release) => resolve(release));
    };
    navigator.locks.request(NAME, { ifAvailable: true }, held).catch(reject);
  });
