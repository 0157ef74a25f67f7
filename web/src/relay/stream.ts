/**
 * Wake-ups from the relay, over as many WebSocket connections as it takes; as `cencomm/client/transport/stream.py`.
 *
 * The session's token is a subprotocol, since a page cannot set `Authorization` there (docs/protocol.md section 8). A
 * page is not told the status of an upgrade that failed: the relay is asked whether the session still stands.
 */

import { CencommError } from "../errors";
import type { Entropy } from "../primitives/entropy";
import { RelayRefuses, type RelayClient } from "./relay-client";
import { readPushed, type Wake } from "./wakes";

const SUBPROTOCOL = "cencomm.v1";
const FIRST_WAIT_SECONDS = 0.5;
const LONGEST_WAIT_SECONDS = 60; // a relay that comes back finds its 1,000 clients spread over a minute
const MOST_DOUBLINGS = 16;
const CLOSE_NORMAL = 1000;
const CLOSE_SESSION_ENDED = 4401;
const CLOSE_REVOKED = 4403;

/** What happens to one connection. `closed` comes once and last. */
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
 * @throws RelayRefuses `no_session`, `not_entitled`: the session or the account has ended.
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

/** A browser's own WebSockets and timers. */
export function browserSurroundings(entropy: Entropy): Surroundings {
  return {
    connect: (address, protocols, ears) => {
      const socket = new WebSocket(address, [...protocols]);
      socket.onopen = () => ears.opened();
      socket.onmessage = ({ data }) => ears.frame(data);
      socket.onclose = ({ code }) => ears.closed(code);
      return () => socket.close(CLOSE_NORMAL);
    },
    sleep: (seconds, signal) =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, seconds * 1000);
        signal.addEventListener("abort", () => {
          clearTimeout(timer);
          resolve();
        });
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
  signal: AbortSignal,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    let opened = false;
    let heard = false;
    const close = connect({
      opened: () => {
        opened = true;
        tell({ type: "connected" });
      },
      frame: (data) => {
        try {
          tell(readPushed(data));
          heard = true;
        } catch (error) {
          reject(error);
          close();
        }
      },
      closed: (code) => {
        signal.removeEventListener("abort", close);
        resolve({ opened, heard, code });
      },
    });
    signal.addEventListener("abort", close);
  });
}

/** Why no further try would help, if the close code says so. */
function endOf(code: number): RelayRefuses | null {
  switch (code) {
    case CLOSE_SESSION_ENDED:
      return new RelayRefuses("no_session", "the session has ended: sign in again", null);
    case CLOSE_REVOKED:
      return new RelayRefuses("not_entitled", "this account was revoked", null);
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
