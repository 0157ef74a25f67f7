import assert from "node:assert/strict";
import test from "node:test";

import type { KnownComputer } from "../../src/account/known-computer";
import { deriveKeys, signInHandle } from "../../src/account/sign-in";
import { signIn } from "../../src/account/signing-in";
import { concat, hex, type Bytes } from "../../src/bytes";
import { sha256 } from "../../src/primitives/hashes";
import type { Stretch } from "../../src/primitives/password";
import { toBase64 } from "../../src/relay/base64";
import { AccountRelay } from "../fakes/account-relay";
import { countingEntropy } from "../fakes/counting-entropy";

const [NAME, PASSWORD] = ["ana", "seven herons over the grey harbour"];
const entropy = countingEntropy("known");
const stretch: Stretch = (password, salt) => sha256(concat(password, salt));
const HANDLE = signInHandle("relay.example", NAME);

/** A relay that gives whoever shows no source that it knows another one. */
class SourceRelay extends AccountRelay {
  readonly shown: (string | null)[] = [];
  given = new Uint8Array(32).fill(1);

  override async ask(method: string, path: string, document: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
    const answer = await super.ask(method, path, document);
    if (path !== "/v1/sign-in") {
      return answer;
    }
    const shown = typeof document["source"] === "string" ? document["source"] : null;
    this.shown.push(shown);
    return shown === toBase64(this.given) ? answer : { ...answer, source: toBase64(this.given) };
  }
}

/** A browser that keeps what it is told to. */
function browser(): KnownComputer & { readonly kept: Map<string, Bytes> } {
  const kept = new Map<string, Bytes>();
  return {
    kept,
    source: async (handle) => kept.get(hex(handle)) ?? null,
    keep: async (handle, source) => void kept.set(hex(handle), source),
    forget: async (handle) => void kept.delete(hex(handle)),
  };
}

function at(relay: SourceRelay, known: KnownComputer, remember: boolean): Promise<unknown> {
  const typed = { name: NAME, password: PASSWORD, code: null, deviceSecret: null, remember };
  return signIn(typed, { relay, stretch, entropy, computerName: "Desk 4", known }, () => Promise.resolve());
}

function relayWithAna(): SourceRelay {
  const relay = new SourceRelay(entropy(16));
  relay.salt = entropy(16);
  const parameters = { relayName: "relay.example", handle: HANDLE, salt: relay.salt, profile: 1 };
  relay.signInSecret = deriveKeys(PASSWORD, parameters, null, stretch).signInSecret;
  return relay;
}

test("a computer keeps nothing unless its user says so (D6)", async () => {
  const [relay, known] = [relayWithAna(), browser()];

  await at(relay, known, false);
  await at(relay, known, false);

  assert.equal(known.kept.size, 0);
  assert.deepEqual(relay.shown, [null, null]);
});

test("a computer that is remembered shows its source, and nothing but that is kept", async () => {
  const [relay, known] = [relayWithAna(), browser()];

  await at(relay, known, true);
  await at(relay, known, false); // said once

  assert.deepEqual([...known.kept], [[hex(HANDLE), relay.given]]);
  assert.deepEqual(relay.shown, [null, toBase64(relay.given)]);
});

test("a relay that forgot the computer gives it another source, which is kept in its place", async () => {
  const [relay, known] = [relayWithAna(), browser()];
  await at(relay, known, true);
  relay.given = new Uint8Array(32).fill(2);

  await at(relay, known, false);

  assert.deepEqual(known.kept.get(hex(HANDLE)), relay.given);
});
