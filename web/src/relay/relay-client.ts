/** The relay's HTTP interface, as far as this client asks it (docs/protocol.md section 8). */

import { hex, type Bytes } from "../bytes";
import { CencommError, MalformedError, Unavailable } from "../errors";
import { asDocument, bytesOf, listOf, numberOf, textOf, type Document } from "./answers";
import { fromBase64, toBase64 } from "./base64";
import type { ByteCaller } from "./byte-caller";

const HASH_BYTES = 32;
const ID_BYTES = 16;
const SOURCE_BYTES = 32;
const ANSWER_MILLISECONDS = 60_000;

/** The relay said no; `code` is one of section 8's table, the message says what happened and what to do. */
export class RelayRefuses extends CencommError {
  constructor(
    readonly code: string,
    message: string,
    readonly retryAfter: number | null, // seconds
    readonly details: Document = {}, // its claim, like all that it says unsigned
  ) {
    super(message);
  }
}

export interface LedgerPage {
  readonly entries: readonly Bytes[];
  readonly head: Bytes;
}

export interface Wrap {
  readonly number: number;
  readonly sealed: Bytes;
}

export interface SealedBlob extends Wrap {
  readonly blob: Bytes;
}

export interface SealedVault {
  readonly version: number;
  readonly sealed: Bytes;
}

export interface AskSignIn {
  readonly handle: Bytes;
  readonly signInSecret: Bytes;
  readonly code: string | null; // of the second factor
  readonly source: Bytes | null; // by which this computer is known (D6)
  readonly label: Bytes; // what its owner calls this computer, sealed
}

export interface SignedIn {
  readonly account: Bytes;
  readonly source: Bytes | null; // a new one: none was shown that the relay knows
}

/** Of a session that has begun, in memory only; null before and after. */
interface Session {
  token: string | null;
}

/** Where the state lies that everything which leaves stands on (D4). */
export interface Keeper {
  /** The state is durable. @throws Unavailable it is not known to be. */
  save(): Promise<void>;
}

/** Speaks to the relay that served the page; holds the session's token. */
export class RelayClient implements ByteCaller {
  constructor(
    readonly origin: string,
    private readonly session: Session = { token: null },
    private readonly keeper: Keeper | null = null,
  ) {}

  /** The same relay and session, for a device whose state `keeper` saves: nothing leaves before it is saved. */
  keptBy(keeper: Keeper): RelayClient {
    return new RelayClient(this.origin, this.session, keeper);
  }

  /** Of the session now, for its stream. @throws RelayRefuses there is none. */
  get token(): string {
    if (this.session.token === null) {
      throw new RelayRefuses("no_session", "sign in again", null);
    }
    return this.session.token;
  }

  async relayName(): Promise<string> {
    return textOf(await this.ask("GET", "/v1/relay"), "name");
  }

  async signInParameters(handle: Bytes): Promise<{ salt: Bytes; profile: number }> {
    const answer = await this.ask("POST", "/v1/sign-in/parameters", { handle: toBase64(handle) });
    return { salt: bytesOf(answer, "salt", ID_BYTES), profile: numberOf(answer, "profile") };
  }

  /** The account's id, and the key by which this computer is known, if it gets one; the session is ours from now on. */
  async signIn({ handle, signInSecret, code, source, label }: AskSignIn): Promise<SignedIn> {
    const answer = await this.ask("POST", "/v1/sign-in", {
      handle: toBase64(handle),
      sign_in_secret: toBase64(signInSecret),
      ...(code === null ? {} : { code }),
      ...(source === null ? {} : { source: toBase64(source) }),
      label: toBase64(label),
    });
    this.session.token = textOf(answer, "token");
    const given = answer["source"] === undefined ? null : bytesOf(answer, "source", SOURCE_BYTES);
    return { account: bytesOf(answer, "account", ID_BYTES), source: given };
  }

  async signOut(): Promise<void> {
    try {
      await this.ask("DELETE", "/v1/session");
    } finally {
      this.session.token = null; // whatever the relay says: nobody at this computer goes on with it
    }
  }

  async vault(): Promise<SealedVault> {
    const answer = await this.ask("GET", "/v1/vault");
    return { version: numberOf(answer, "version"), sealed: bytesOf(answer, "sealed") };
  }

  async operations(): Promise<readonly Bytes[]> {
    const answer = await this.ask("GET", "/v1/operations");
    return listOf(answer, "operations", (item) => bytesOf(asDocument(item), "operation", HASH_BYTES));
  }

  async ledger(operation: Bytes, after: number): Promise<LedgerPage> {
    const answer = await this.ask("GET", `/v1/operations/${hex(operation)}/ledger?after=${after}`);
    return { entries: listOf(answer, "entries", fromBase64), head: bytesOf(answer, "head") };
  }

  async wraps(operation: Bytes): Promise<readonly Wrap[]> {
    const answer = await this.ask("GET", `/v1/operations/${hex(operation)}/wraps`);
    return listOf(answer, "wraps", (item) => readWrap(asDocument(item)));
  }

  async blobs(operation: Bytes): Promise<readonly SealedBlob[]> {
    const answer = await this.ask("GET", `/v1/operations/${hex(operation)}/blobs`);
    return listOf(answer, "blobs", (item) => {
      const document = asDocument(item);
      return { ...readWrap(document), blob: bytesOf(document, "blob", ID_BYTES) };
    });
  }

  async ask(method: string, path: string, document?: Document, carried = false): Promise<Document> {
    const body = document === undefined ? null : JSON.stringify(document);
    const answer = await this.call(method, path, body, carried);
    return answer.status === 204 ? {} : documentIn(await textIn(answer));
  }

  async put(path: string, content: Bytes): Promise<void> {
    await this.call("PUT", path, content);
  }

  async get(path: string, most: number): Promise<Bytes> {
    const answer = await this.call("GET", path, null);
    const content = await bytesIn(answer);
    if (content.length > most) {
      throw new MalformedError(`the relay gives more than the ${most} bytes that there are`);
    }
    return content;
  }

  private async call(method: string, path: string, body: string | Bytes | null, carried = false): Promise<Response> {
    if (this.keeper !== null && method !== "GET" && !carried) {
      await this.keeper.save();
    }
    const headers = new Headers();
    if (this.session.token !== null) {
      headers.set("Authorization", `Bearer ${this.session.token}`);
    }
    if (body instanceof Uint8Array) {
      headers.set("Content-Type", "application/octet-stream");
    }
    const answer = await reached(
      fetch(this.origin + path, {
        method,
        headers,
        body: body instanceof Uint8Array ? body.slice() : body,
        cache: "no-store",
        credentials: "omit",
        redirect: "error",
        signal: AbortSignal.timeout(ANSWER_MILLISECONDS),
      }),
    );
    if (answer.status >= 400) {
      throw refusal(documentIn(await textIn(answer)));
    }
    return answer;
  }
}

function textIn(answer: Response): Promise<string> {
  return reached(answer.text());
}

async function bytesIn(answer: Response): Promise<Bytes> {
  return new Uint8Array(await reached(answer.arrayBuffer()));
}

/** @throws Unavailable the line broke. */
async function reached<T>(answered: Promise<T>): Promise<T> {
  try {
    return await answered;
  } catch {
    throw new Unavailable("the relay does not answer: check the network, then try again");
  }
}

function readWrap(document: Document): Wrap {
  return { number: numberOf(document, "number"), sealed: bytesOf(document, "sealed") };
}

function refusal(answered: Document): RelayRefuses {
  const error = asDocument(answered["error"]);
  const details = asDocument(error["details"] ?? {});
  const retryAfter = details["retry_after"];
  return new RelayRefuses(
    textOf(error, "code"),
    textOf(error, "message"),
    typeof retryAfter === "number" ? retryAfter : null,
    details,
  );
}

function documentIn(text: string): Document {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text) as unknown;
  } catch {
    throw new MalformedError("the relay's answer is no document");
  }
  return asDocument(parsed);
}
