import assert from "node:assert/strict";
import test from "node:test";

import { KEEPS_NOTHING } from "../../src/account/known-computer";
import { sealLabel } from "../../src/account/label";
import { newDevice } from "../../src/account/own-device";
import { recoveryVerifier } from "../../src/account/second-factor";
import { deriveKeys, signInHandle } from "../../src/account/sign-in";
import { concat, fromUtf8, hex, utf8 } from "../../src/bytes";
import { Standing, type ChannelSession } from "../../src/channel/session";
import { Unavailable, UsageError } from "../../src/errors";
import { Mailbox } from "../../src/mailbox/mailbox";
import { RelayWithholds } from "../../src/operation/operation";
import { sha256 } from "../../src/primitives/hashes";
import type { Stretch } from "../../src/primitives/password";
import { SigningKey } from "../../src/primitives/signatures";
import type { Document } from "../../src/relay/answers";
import { toBase64 } from "../../src/relay/base64";
import { RelayClient, RelayRefuses } from "../../src/relay/relay-client";
import { OwnAccount } from "../../src/worker/own-account";
import { countingEntropy } from "../fakes/counting-entropy";
import { MemoryStore } from "../fakes/memory-store";

const [NAME, PASSWORD, CODE] = ["ana", "seven herons over the grey harbour", "123456"];
const entropy = countingEntropy("own account");
const stretch: Stretch = (password, salt) => sha256(concat(password, salt));
const ACCOUNT = entropy(16);
const PARAMETERS = { relayName: "relay.example", handle: signInHandle("relay.example", NAME), salt: entropy(16), profile: 1 };
const KEYS = deriveKeys(PASSWORD, PARAMETERS, null, stretch);
const IDENTITY = new SigningKey(entropy(32));
const OWN = newDevice(ACCOUNT, IDENTITY, 1_795_305_600, entropy);
const LOST = entropy(16);

/** A relay that notes what it is asked; `refusal` is what the next deed is answered. */
class NotingRelay extends RelayClient {
  readonly asked: (readonly [string, Document])[] = [];
  refusal: RelayRefuses | null = null;

  constructor() {
    super("https://relay.example");
  }

  override async ask(method: string, path: string, document: Document = {}): Promise<Document> {
    if (method !== "GET") {
      this.asked.push([`${method} ${path}`, document]);
      const { refusal } = this;
      this.refusal = null;
      if (refusal !== null) {
        throw refusal;
      }
      return {};
    }
    const times = { began: 1, used: 2, expires: 3, known: false };
    const label = (key: Uint8Array): string => toBase64(sealLabel(key, PARAMETERS.handle, "Desk 4", entropy));
    switch (path) {
      case "/v1/sessions":
        return {
          sessions: [
            { session: toBase64(entropy(16)), ...times, current: true, label: label(KEYS.labelKey) },
            { session: toBase64(entropy(16)), ...times, current: false, label: label(entropy(32)) },
          ],
        };
      case "/v1/devices":
        return {
          devices: [
            { device: toBase64(OWN.device), not_after: 9, current: false },
            { device: toBase64(LOST), not_after: 9, current: false },
          ],
        };
      default:
        return { totp: false, recovery_codes: 0 };
    }
  }
}

function signedIn(): { relay: NotingRelay; account: OwnAccount; mailbox: Mailbox } {
  const relay = new NotingRelay();
  const device = { ...OWN, account: ACCOUNT, identityKey: IDENTITY.publicKey };
  const vault = { identityKey: IDENTITY, exchangeKey: entropy(32), devices: [], pins: new Map(), mailboxKeys: [] };
  const mailbox = new Mailbox(new MemoryStore(), device, vault, {
    relay,
    publisher: { publish: () => assert.fail("nothing is sent here") },
    sleep: () => Promise.resolve(),
    entropy,
    now: () => 1_795_305_600,
    judgeReport: () => undefined,
  });
  const access = { relay, account: ACCOUNT, parameters: PARAMETERS, keys: KEYS, source: null };
  const means = { relay, stretch, entropy, computerName: "Desk 4", known: KEEPS_NOTHING };
  return { relay, mailbox, account: new OwnAccount(access, NAME, mailbox, means) };
}

test("computers are shown by the names that this password sealed, others by none", async () => {
  const { account } = signedIn();

  const view = await account.view();

  assert.deepEqual(view.sessions.map(({ name, current }) => [name, current]), [["Desk 4", true], [null, false]]);
  assert.deepEqual(view.devices.map(({ device, current }) => [device, current]), [[hex(OWN.device), true], [hex(LOST), false]]);
});

test("a second factor is switched on with what was shown and what was typed, not with the keys of the page (D2)", async () => {
  const { relay, account } = signedIn();
  await assert.rejects(account.switchOnTotp({ password: PASSWORD, code: CODE }), UsageError); // nothing was shown

  const shown = account.newTotp();
  await account.switchOnTotp({ password: "whoever found the page", code: CODE });

  const [[route, sent] = ["", {}]] = relay.asked;
  assert.equal(route, "POST /v1/account/totp");
  assert.notEqual(sent["sign_in_secret"], toBase64(KEYS.signInSecret)); // the relay judges who it is
  assert.deepEqual(
    sent["recovery"],
    shown.codes.map((code) => toBase64(recoveryVerifier(code.replaceAll("-", "")))),
  );
  await assert.rejects(account.renewRecoveryCodes({ password: PASSWORD, code: CODE }), UsageError); // they count once
});

test("after a refusal the same secret and codes are tried again: its owner has written them down", async () => {
  const { relay, account } = signedIn();
  account.newTotp();
  relay.refusal = new RelayRefuses("wrong_sign_in", "wrong", null);

  await assert.rejects(account.switchOnTotp({ password: PASSWORD, code: CODE }), RelayRefuses);
  await account.switchOnTotp({ password: PASSWORD, code: CODE });

  assert.deepEqual(relay.asked[0]?.[1], relay.asked[1]?.[1]);
});

test("a device that was lost is ended at the relay, the one that is open here never (C6)", async () => {
  const { relay, account } = signedIn();

  await assert.rejects(account.endDevice(hex(OWN.device)), UsageError);
  assert.equal(relay.asked.length, 0);
  assert.equal((await account.endDevice(hex(LOST))).channels, 0);

  assert.deepEqual(relay.asked.map(([route]) => route), [`DELETE /v1/devices/${hex(LOST)}`]);
});

test("a session that ended by itself is ended as well as any", async () => {
  const { relay, account } = signedIn();
  const session = hex(entropy(16));
  relay.refusal = new RelayRefuses("not_found", "no such session", null);

  assert.equal((await account.endSession(session)).sessions.length, 2);
  relay.refusal = new RelayRefuses("unavailable", "try again", null);
  await assert.rejects(account.endSession(session), RelayRefuses);
});

test("a device that was ended in part is shown while it reads on, and nobody is told that it does not (C6)", async () => {
  const { relay, account, mailbox } = signedIn();
  const elsewhere = newDevice(ACCOUNT, IDENTITY, 1_795_305_600, entropy);
  const leaves = [OWN, elsewhere].map(({ certificate }, index) => ({ index, credential: certificate }));
  const operation = sit(mailbox, "withheld", { standing: Standing.live, group: { leaves } });

  const shown = (await account.view()).devices.find(({ device }) => device === hex(elsewhere.device));

  assert.deepEqual(shown?.places, [{ operation: hex(operation), channels: 1 }]);
  relay.refusal = new RelayRefuses("not_found", "no such device", null);
  mailbox.confirmed = () => Promise.reject(new RelayWithholds("the relay keeps the ledger back"));
  await assert.rejects(account.endDevice(hex(elsewhere.device)), RelayWithholds);
});

test("what fails in one channel keeps a lost device in none of the others", async () => {
  const { account, mailbox } = signedIn();
  const looked: string[] = [];
  ["frozen", "other"].forEach((name) => sit(mailbox, name));
  mailbox.confirmed = (operation) => {
    looked.push(fromUtf8(operation));
    return Promise.reject(new Unavailable(fromUtf8(operation)));
  };

  await assert.rejects(account.endDevice(hex(LOST)), new Unavailable("frozen"));

  assert.deepEqual(looked, ["frozen", "other"]);
});

/** The mailbox is in a channel of the operation of that name, which is given back. */
function sit(mailbox: Mailbox, name: string, session: object = {}): Uint8Array {
  const place = { operation: utf8(name), channel: entropy(16) };
  (mailbox.sessions as Map<string, ChannelSession>).set(name, { ...place, ...session } as unknown as ChannelSession);
  return place.operation;
}
