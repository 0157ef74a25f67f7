/** A relay with one account: its name, its vault, its mailbox and what it asked to join. Nothing is sealed from it. */

import { equal, fromHex, type Bytes } from "../../src/bytes";
import { MalformedError } from "../../src/errors";
import type { Document } from "../../src/relay/answers";
import { fromBase64, toBase64 } from "../../src/relay/base64";
import type { MailboxRow } from "../../src/relay/mailbox-routes";
import { RelayClient, RelayRefuses } from "../../src/relay/relay-client";
import { FakeMailboxHost } from "./mailbox-host";

const EMPTY = new Uint8Array(0);

export class AccountRelay extends RelayClient {
  readonly mailbox = new FakeMailboxHost();
  readonly requests: Bytes[] = [];
  readonly asked: string[] = [];
  vaultVersion = 0;
  sealedVault: Bytes = EMPTY;
  signInSecret: Bytes | null = null;
  salt: Bytes = EMPTY;
  isHeld = false;
  readonly resets: Document[] = [];
  refusal: RelayRefuses | null = null; // of a reset
  /** What somebody else does just before a vault is written. */
  meanwhile: (() => Promise<void>) | null = null;

  constructor(readonly account: Bytes) {
    super("https://relay.example");
  }

  override keptBy(): RelayClient {
    return this;
  }

  override async ask(method: string, path: string, document: Document = {}): Promise<Document> {
    const route = `${method} ${path.split("?")[0]}`;
    this.asked.push(route);
    if (method === "POST" && path.endsWith("/enrolments")) {
      this.requests.push(fromBase64(document["request"]));
      return {};
    }
    switch (route) {
      case "GET /v1/relay":
        return { name: "relay.example", registration: "open" };
      case "POST /v1/accounts":
        return this.create(document);
      case "POST /v1/sign-in/parameters":
        return { salt: toBase64(this.salt), profile: 1 };
      case "POST /v1/sign-in":
        return this.enter(document);
      case "GET /v1/vault":
        if (this.vaultVersion === 0) {
          throw new RelayRefuses("not_found", "no vault", null);
        }
        return { version: this.vaultVersion, sealed: toBase64(this.sealedVault) };
      case "PUT /v1/vault":
        return this.putVault(document);
      case "POST /v1/resets":
        if (this.refusal !== null) {
          throw this.refusal;
        }
        this.resets.push(document);
        return {};
      case "POST /v1/account/password":
        return this.changePassword(document);
      case "POST /v1/mailbox/hold":
        return this.hold(document["take_over"] === true);
      case "GET /v1/mailbox":
        return this.page(path);
      case "POST /v1/mailbox/rows":
        return this.rows(document);
      case "PUT /v1/mailbox":
        return this.write(document);
      case "POST /v1/mailbox/release":
        await this.mailbox.release(document["holder"] as number);
        this.isHeld = false;
        return {};
      default:
        throw new MalformedError(`nobody answers ${route}`);
    }
  }

  private create(document: Document): Document {
    if (this.signInSecret !== null) {
      throw new RelayRefuses("taken", "somebody has this name", null);
    }
    this.signInSecret = fromBase64(document["sign_in_secret"]);
    this.salt = fromBase64(document["salt"]);
    return { account: toBase64(this.account) };
  }

  private enter(document: Document): Document {
    if (this.signInSecret === null || !equal(this.signInSecret, fromBase64(document["sign_in_secret"]))) {
      throw new RelayRefuses("wrong_sign_in", "wrong", null);
    }
    return { account: toBase64(this.account), token: "T", expires: 1 };
  }

  private async putVault(document: Document): Promise<Document> {
    const first = this.meanwhile;
    this.meanwhile = null;
    await first?.();
    if (document["version"] !== this.vaultVersion) {
      throw new RelayRefuses("stale_version", "another version", null);
    }
    this.vaultVersion += 1;
    this.sealedVault = fromBase64(document["sealed"]);
    return { version: this.vaultVersion };
  }

  private changePassword(document: Document): Document {
    if (this.signInSecret === null || !equal(this.signInSecret, fromBase64(document["sign_in_secret"]))) {
      throw new RelayRefuses("wrong_sign_in", "wrong", null);
    }
    if (document["version"] !== this.vaultVersion) {
      throw new RelayRefuses("stale_version", "another version", null);
    }
    this.signInSecret = fromBase64(document["new_sign_in_secret"]);
    this.salt = fromBase64(document["salt"]);
    this.vaultVersion += 1;
    this.sealedVault = fromBase64(document["sealed"]);
    return { version: this.vaultVersion, source: toBase64(new Uint8Array(32).fill(7)) };
  }

  private hold(takeOver: boolean): Document {
    if (this.isHeld && !takeOver) {
      throw new RelayRefuses("mailbox_held", "open elsewhere", null, { since: 5 });
    }
    this.mailbox.takenOver();
    const { holder, version, seal } = this.mailbox.held;
    const clean = !this.isHeld;
    this.isHeld = true;
    return { holder, version, seal: toBase64(seal), clean, since: 5 };
  }

  private async page(path: string): Promise<Document> {
    const query = new URL(path, this.origin).searchParams;
    const [only, after, until] = ["only", "after", "until"].map((name) => query.get(name));
    const nameIn = (text: string | null | undefined): Bytes | null => (text == null ? null : fromHex(text));
    const longest = query.get("longest");
    const most = longest === null ? null : Number(longest);
    const stretch = { only: only === "cold" ? "cold" : "hot", after: nameIn(after), until: nameIn(until), longest: most } as const;
    const { rows, cold, next } = await this.mailbox.page(Number(query.get("holder")), stretch);
    return {
      rows: rows.map(rowDocument),
      cold: cold.map((row) => ({ name: toBase64(row.name), nonce: toBase64(row.nonce) })),
      next: next === null ? null : toBase64(next),
    };
  }

  private async rows(document: Document): Promise<Document> {
    const names = (document["names"] as readonly string[]).map(fromBase64);
    return { rows: (await this.mailbox.rows(document["holder"] as number, names)).map(rowDocument) };
  }

  private async write(document: Document): Promise<Document> {
    const rows = document["rows"] as readonly { name: string; sealed: string; cold: boolean }[];
    await this.mailbox.write({
      holder: document["holder"] as number,
      version: document["version"] as number,
      seal: fromBase64(document["seal"]),
      rows: rows.map(({ name, sealed, cold }) => ({ name: fromBase64(name), sealed: fromBase64(sealed), cold })),
    });
    return { version: this.mailbox.held.version };
  }
}

function rowDocument(row: MailboxRow): Document {
  return { name: toBase64(row.name), sealed: toBase64(row.sealed), cold: row.cold };
}
