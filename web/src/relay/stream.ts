/**
 * Wake-ups from the relay, over as many WebSocket connections as it takes; as `cencomm/client/transport/stream.py`.
 *
 * The session's token is a subprotocol, since a page cannot set `Authorization` there (docs/protocol.md section 8). A
 * page is not told the status of an upgrade that failed: the relay is asked whether the session still stands. Nor is it
 * told of the relay's pings: a line that broke without a word (a cable behind the switch) looks like one on which
 * nobody speaks, and nobody is to be told "live" for hours. So it is asked.
 */

import { CencommError, Unavailable } from "../errors";
import type { Entropy } from "../primitives/entropy";
import { RelayRefuses, type RelayClient } from "./relay-client";
import { readPushed, type Wake } from "./wakes";

const SUBPROTOCOL = "cencomm.v1";
const FIRST_WAIT_SECONDS = 0.5;
const LONGEST_WAIT_SECONDS = 60; // a relay that comes back finds its 1,000 clients spread over a minute
const MOST_DOUBLINGS = 16;
export const QUIET_SECONDS = 30; // after which a line on which nobody spoke is asked whether it holds
const ANSWER_SECONDS = 10;
const CLOSE_NORMAL = 1000;
const CLOSE_ABNORMAL = 1006;
const CLOSE_SESSION_ENDED = 4401;
const CLOSE_TAKEN_OVER = 4409;

/** What happens to one connection. What comes after its first `closed` counts for nothing. */
export interface Ears {
  opened(): void;
  frame(data: unknown): void;
  closed(code: number): void;
}

export interface Surroundings {
  /** Gives what closes the connection from our side. */
  readonly connect: (address: string, protocols: readonly string[], ears: Ears) => () => void;
  readonly sleep: (seconds: number, signal: AbortSignal) => Promise<void>; // ends early when it is aborted
  readonly entropy: Entropy;
}

/**
 * Tell of every wake-up, in their order, until `signal` says to stop.
 *
 * A stream that the relay closed since an operation revoked the account (4403) begins anew: the ledger says which one,
 * and the others go on.
 *
 * @throws RelayRefuses `no_session`, `not_holder`: the session has ended, another computer took the mailbox.
 * @throws MalformedError the relay pushes what is no frame.
 */
export async function listen(
  relay: RelayClient,
  tell: (wake: Wake) => void,
  surroundings: Surroundings,
  signal: AbortSignal,
): Promise<void> {
  const address = `${relay.origin.replace(/^http/, "ws")}/v1/stream`;
  for (let failures = 0; !signal.aborted; failures += 1) {
    const { opened, heard, code } = await connection(
      (ears) => surroundings.connect(address, [SUBPROTOCOL, `cencomm.token.${relay.token}`], ears),
      tell,
      (isHeard, over) => silence(relay, surroundings, isHeard, over),
      signal,
    );
    const end = endOf(code);
    if (end !== null) {
      throw end;
    }
    if (signal.aborted) {
      return;
    }
    if (opened) {
      tell({ type: "disconnected" });
    } else {
      await requireSession(relay);
    }
    failures = heard ? 0 : failures; // by a frame, not by connecting: a relay that hangs up at once is not hurried after
    await surroundings.sleep(waitSeconds(failures, surroundings.entropy), signal);
  }
}

/** How long to wait after so many failures in a row: twice as long each time, half of it by chance. */
export function waitSeconds(failures: number, entropy: Entropy): number {
  const longest = Math.min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2 ** Math.min(failures, MOST_DOUBLINGS));
  const drawn = entropy(4).reduce((value, byte) => value * 256 + byte, 0);
  return longest * (0.5 + drawn / 2 ** 33);
}

/** A browser's own WebSockets and timers, and what it knows of its network. */
export function browserSurroundings(entropy: Entropy): Surroundings {
  return {
    connect: (address, protocols, ears) => {
      const socket = new WebSocket(address, [...protocols]);
      const lost = (): void => {
        ears.closed(CLOSE_ABNORMAL);
        socket.close(CLOSE_NORMAL);
      };
      socket.onopen = () => ears.opened();
      socket.onmessage = ({ data }) => ears.frame(data);
      socket.onclose = ({ code }) => {
        self.removeEventListener("offline", lost);
        ears.closed(code);
      };
      self.addEventListener("offline", lost); // a socket is told much later, or never
      return () => socket.close(CLOSE_NORMAL);
    },
    sleep: (seconds, signal) =>
      new Promise((resolve) => {
        const wake = (): void => {
          clearTimeout(timer);
          signal.removeEventListener("abort", wake);
          self.removeEventListener("online", wake);
          resolve();
        };
        const timer = setTimeout(wake, seconds * 1000);
        signal.addEventListener("abort", wake);
        self.addEventListener("online", wake); // nobody waits a minute for a line that is there again
      }),
    entropy,
  };
}

interface Ended {
  readonly opened: boolean;
  readonly heard: boolean;
  readonly code: number;
}

/** One connection from its opening to its end. */
function connection(
  connect: (ears: Ears) => () => void,
  tell: (wake: Wake) => void,
  silent: (isHeard: () => boolean, over: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const over = new AbortController();
    let opened = false;
    let frames = 0;
    let framesBefore = 0;
    const end = (code: number): void => {
      over.abort();
      signal.removeEventListener("abort", close);
      resolve({ opened, heard: frames > 0, code });
    };
    const isHeard = (): boolean => {
      const more = frames > framesBefore;
      framesBefore = frames;
      return more;
    };
    const close = connect({
      opened: () => {
        opened = true;
        tell({ type: "connected" });
        silent(isHeard, over.signal).then(() => {
          if (!over.signal.aborted) {
            end(CLOSE_ABNORMAL); // not when the browser has said goodbye to nobody
            close();
          }
        }, reject);
      },
      frame: (data) => {
        try {
          tell(readPushed(data));
          frames += 1;
        } catch (error) {
          reject(error);
          close();
        }
      },
      closed: end,
    });
    signal.addEventListener("abort", close);
  });
}

/** Resolves when the line is dead: nothing was heard on it, and the relay answers no question. Or when it is `over`. */
async function silence(
  relay: RelayClient,
  { sleep }: Surroundings,
  isHeard: () => boolean,
  over: AbortSignal,
): Promise<void> {
  let holds = true;
  while (holds && !over.aborted) {
    await sleep(QUIET_SECONDS, over);
    if (!over.aborted && !isHeard()) {
      holds = await Promise.race([isThere(relay), sleep(ANSWER_SECONDS, over).then(() => false)]);
    }
  }
}

/** Whatever it answers, it is there. */
async function isThere(relay: RelayClient): Promise<boolean> {
  try {
    await relay.ask("GET", "/v1/relay");
    return true;
  } catch (error) {
    if (!(error instanceof CencommError)) {
      throw error;
    }
    return !(error instanceof Unavailable);
  }
}

/** Why no further try would help, if the close code says so. */
function endOf(code: number): RelayRefuses | null {
  switch (code) {
    case CLOSE_SESSION_ENDED:
      return new RelayRefuses("no_session", "the session has ended: sign in again", null);
    case CLOSE_TAKEN_OVER:
      return new RelayRefuses("not_holder", "another computer took the mailbox: nothing more is read or sent here", null);
    default:
      return null;
  }
}

/** @throws RelayRefuses `no_session`: it does not stand any more. Whatever else goes wrong will pass. */
async function requireSession(relay: RelayClient): Promise<void> {
  try {
    await relay.ask("GET", "/v1/account/totp"); // the smallest answer that takes a session
  } catch (error) {
    if (!(error instanceof CencommError) || (error instanceof RelayRefuses && error.code === "no_session")) {
      throw error;
    }
  }
}
