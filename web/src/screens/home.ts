/** What the worker found at sign-in, asked by the screens: one operation of it, and why there is none. */

import { ChannelKind } from "../ledger/kinds";
import type { Overview } from "../operation/overview";
import type { Failure, Home } from "../worker/calls";
import type { Words } from "../words";
import { operationTitle } from "./people";

/** Why there is nothing to be seen, if there is nothing. */
export function whyNothing({ operations }: Home): Failure | null {
  const [first] = operations;
  if (first === undefined) {
    return failed("no_operation");
  }
  return first.verified || operations.some((view) => view.verified) ? null : first.failure;
}

export function overviewIn(home: Home, operation: string): Overview | null {
  const view = home.operations.find((one) => one.verified && one.overview.operation === operation);
  return view?.verified === true ? view.overview : null;
}

export function titleOf(words: Words, overview: Overview | null): string {
  return overview === null ? "?" : operationTitle(words, overview);
}

/** Where a new report goes unless its writer chooses another: the main channel, if we read it. */
export function mainChannel(overview: Overview | null): string | null {
  const ours = overview?.channels.filter((one) => one.weRead && one.kind !== ChannelKind.release) ?? [];
  return (ours.find((channel) => channel.kind === ChannelKind.main) ?? ours[0])?.channel ?? null;
}

export function failed(code: string): Failure {
  return { code, sentence: code, retryAfter: null, since: null };
}
