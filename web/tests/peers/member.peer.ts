/**
 * A member of the browser's code, spoken to line by line in JSON: tests/scenarios/test_browser_*.py play with it and with
 * Python's members at a real relay. Its state lies in memory and outlasts `reopen`, as a tab's does at the relay.
 */

import { createInterface } from "node:readline";

import { newDevice } from "../../src/account/own-device";
import { refill } from "../../src/account/key-packages";
import type { RemoteVault } from "../../src/account/remote-vault";
import { fromHex, hex, utf8, type Bytes } from "../../src/bytes";
import { enact } from "../../src/channel/enactment";
import { keepControl, keepDraft, resume } from "../../src/channel/posting";
import type { Publish, Publisher } from "../../src/channel/publishing";
import { channelKey } from "../../src/channel/session";
import { CencommError, Unavailable } from "../../src/errors";
import { encodeAcknowledgement } from "../../src/forms/acknowledgement";
import * as json from "../../src/forms/canonical-json";
import type { JsonObject } from "../../src/forms/canonical-json";
import { ControlKind } from "../../src/forms/control";
import { ask } from "../../src/history/asking";
import { takeAnswer } from "../../src/history/fetching";
import { Mailbox } from "../../src/mailbox/mailbox";
import { load } from "../../src/mailbox/opening";
import { Group } from "../../src/mls/group";
import { systemEntropy } from "../../src/primitives/entropy";
import { SigningKey } from "../../src/primitives/signatures";
import { bytesOf } from "../../src/relay/answers";
import { toBase64 } from "../../src/relay/base64";
import { RelayClient } from "../../src/relay/relay-client";
import { plainBody } from "../fakes/plain-body";
import { MemoryStore } from "../fakes/memory-store";

/** Whose device it is, where, and when: bytes in hexadecimal, time in seconds. */
interface Start {
  readonly origin: string;
  readonly token: string;
  readonly account: string;
  readonly identitySeed: string;
  readonly exchangeKey: string;
  readonly operation: string;
  readonly channel: string;
  readonly now: number;
}

interface Asked {
  readonly do: string;
  readonly form?: string;
  readonly values?: string; // canonical JSON
  readonly author?: string;
  readonly message?: string;
  readonly replyTo?: string;
}

/** Publishes as it is told; `cut` loses the answer of the next one. */
class Line implements Publisher {
  cut = false;

  constructor(private readonly relay: RelayClient) {}

  async publish(request: Publish): Promise<Bytes> {
    const { operation, channel, generation, welcome, ratchetTree } = request;
    const answer = await this.relay.ask("POST", `/v1/operations/${hex(operation)}/channels/${hex(channel)}/${generation}/log`, {
      send_id: toBase64(request.sendId),
      kind: request.kind,
      message: toBase64(request.message),
      ...(welcome === null ? {} : { welcome: toBase64(welcome) }),
      ...(ratchetTree === null ? {} : { ratchet_tree: toBase64(ratchetTree) }),
    });
    if (this.cut) {
      this.cut = false;
      throw new Unavailable("the line broke");
    }
    return bytesOf(answer, "receipt");
  }
}

class Member {
  readonly #store = new MemoryStore();
  readonly #relay: RelayClient;
  readonly #line: Line;
  readonly #operation: Bytes;
  readonly #channel: Bytes;
  readonly #vault: RemoteVault;
  readonly #device;
  #mailbox: Mailbox;
  #yesterday: ReadonlyMap<string, Bytes> = new Map();

  constructor(private readonly start: Start) {
    this.#relay = new RelayClient(start.origin, { token: start.token });
    this.#line = new Line(this.#relay);
    [this.#operation, this.#channel] = [fromHex(start.operation), fromHex(start.channel)];
    const account = fromHex(start.account);
    const identityKey = new SigningKey(fromHex(start.identitySeed));
    const letter = { operation: this.#operation, sequence: 0, hash: this.#operation }; // what an access letter says
    const pins = new Map([[start.operation, letter]]);
    this.#vault = { identityKey, exchangeKey: fromHex(start.exchangeKey), devices: [], pins, mailboxKeys: [] };
    const own = newDevice(account, identityKey, start.now, systemEntropy);
    this.#device = { ...own, account, identityKey: identityKey.publicKey };
    this.#mailbox = this.mailbox();
  }

  async answer(asked: Asked): Promise<object> {
    const mailbox = this.#mailbox;
    switch (asked.do) {
      case "introduce":
        await mailbox.routes.registerDevice(this.#device.certificate);
        await refill(mailbox.stockist);
        return { device: hex(this.#device.device) };
      case "follow":
        await mailbox.followLedger(this.#operation);
        await mailbox.followLog(this.#operation, this.#channel);
        return this.state();
      case "write":
        return this.write(asked);
      case "acknowledge":
        return this.acknowledge(asked);
      case "resume": {
        const outcomes = await resume(mailbox);
        return { outcomes: outcomes.map((one) => one.kind) };
      }
      case "recall":
        return this.recall();
      case "enact":
        return { committed: await enact(mailbox, this.#operation, this.#channel) };
      case "cut":
        this.#line.cut = true;
        return {};
      case "reopen":
        return this.reopen();
      case "remember":
        this.#yesterday = new Map(this.#store.values);
        return {};
      case "go back":
        this.#store.values.clear();
        this.#yesterday.forEach((value, key) => this.#store.values.set(key, value));
        return this.reopen();
      default:
        throw new Error(`nobody does ${asked.do}`);
    }
  }

  private async reopen(): Promise<object> {
    const { keys } = this.#mailbox.stockist;
    this.#mailbox = this.mailbox();
    await load(this.#mailbox, (secret, tree) => Group.restore(secret, tree, keys), () => undefined);
    await this.#mailbox.followLedger(this.#operation);
    await this.#mailbox.contents.fetch(this.#mailbox.holdings.messages(hex(this.#operation)));
    return this.state();
  }

  /** What was said before it came, asked for, and taken in as far as it is answered; `open`: up to which entry. */
  private async recall(): Promise<object> {
    const { signal } = new AbortController();
    const open: number[] = [];
    for (const asked of await ask(this.#mailbox, this.#operation, this.#channel, signal)) {
      const left = await takeAnswer(this.#mailbox, asked, signal);
      if (left !== null) {
        open.push(left.following - 1);
      }
    }
    return { open, ...this.state() };
  }

  private async write({ form, values, replyTo }: Asked): Promise<object> {
    await keepDraft(this.#mailbox, {
      message: systemEntropy(16),
      operation: this.#operation,
      channel: this.#channel,
      form: fromHex(form!),
      replyTo: replyTo === undefined ? null : fromHex(replyTo),
      body: plainBody(json.decode(utf8(values!), 100_000) as JsonObject, this.start.now, "fr"),
    });
    return {};
  }

  private async acknowledge({ author, message }: Asked): Promise<object> {
    const place = { operation: this.#operation, channel: this.#channel };
    const body = encodeAcknowledgement({ author: fromHex(author!), message: fromHex(message!) });
    await keepControl(this.#mailbox, place, ControlKind.acknowledgement, body);
    return {};
  }

  private state(): object {
    const session = this.#mailbox.sessions.get(channelKey(this.#operation, this.#channel));
    const messages = this.#mailbox.holdings.messages(hex(this.#operation));
    return {
      standing: session?.standing ?? null,
      sequence: session?.sequence ?? null,
      leaves: session?.group.leaves.length ?? null,
      messages: messages.map((message) => ({
        message: hex(message.message),
        own: message.own,
        fromHistory: message.fromHistory,
        values: Buffer.from(json.encode(this.#mailbox.contents.whole(message)!.envelope.body.values)).toString("utf-8"),
      })),
      aside: this.#mailbox.holdings.aside(hex(this.#operation)).map((one) => `${one.reason}: ${one.detail}`),
    };
  }

  private mailbox(): Mailbox {
    return new Mailbox(this.#store, this.#device, this.#vault, {
      relay: this.#relay,
      publisher: this.#line,
      sleep: (seconds) => new Promise((resolve) => setTimeout(resolve, 1000 * seconds)),
      entropy: systemEntropy,
      now: () => this.start.now,
      judgeReport: () => undefined, // Python's members judge what is written here; reading forms has its own tests
    });
  }
}

let member: Member | null = null;
for await (const line of createInterface({ input: process.stdin })) {
  let answer: object;
  try {
    if (member === null) {
      member = new Member(JSON.parse(line) as Start);
      answer = {};
    } else {
      answer = await member.answer(JSON.parse(line) as Asked);
    }
  } catch (error) {
    if (!(error instanceof CencommError)) {
      throw error;
    }
    answer = { failed: error.name, sentence: error.message };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
