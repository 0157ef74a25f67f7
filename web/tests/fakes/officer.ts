/**
 * A member in memory that sends with the code under test. What it receives it takes in without judging: the rules of
 * receiving have tests of their own.
 */

import { concat, equal, fromHex, hex, utf8, type Bytes } from "../../src/bytes";
import { usedWrites } from "../../src/account/key-package-stock";
import type { AttestedLogHead, Change } from "../../src/channel/host";
import { outboxName, channelKey, Standing, type ChannelSession } from "../../src/channel/session";
import { channelPrefix, restoreChannel, sessionWrites } from "../../src/channel/session-rows";
import type { SendingHost } from "../../src/channel/sending-host";
import { enteredWrites } from "../../src/channel/freshness";
import { readmittedWrites } from "../../src/channel/readmission";
import { encodeSeen, seenKey } from "../../src/channel/seen";
import { NotAMember } from "../../src/channel/unsendable";
import { ProtocolError } from "../../src/errors";
import { decodeControl } from "../../src/forms/control";
import { decodeEnvelope, type Envelope } from "../../src/forms/envelope";
import { decodePayload } from "../../src/forms/payload";
import { encodeSigned, isControl, type Signed } from "../../src/forms/signed";
import { decodeAnchor } from "../../src/ledger/anchor";
import { issueCertificate, verifyCertificate } from "../../src/ledger/certificate";
import { CertificateMemo } from "../../src/ledger/certificate-memo";
import { LogKind } from "../../src/ledger/kinds";
import type { Ledger } from "../../src/ledger/ledger";
import type { Member } from "../../src/ledger/membership";
import { parseCommit } from "../../src/mls/commit";
import { RemovedFromGroup } from "../../src/mls/errors";
import { Group } from "../../src/mls/group";
import { makeKeyPackage, type OwnKeyPackage } from "../../src/mls/key-package";
import type { DeviceKeys } from "../../src/mls/keys";
import type { Operation } from "../../src/operation/operation";
import { sha256 } from "../../src/primitives/hashes";
import { SigningKey } from "../../src/primitives/signatures";
import type { Entropy } from "../../src/primitives/entropy";
import type { Writes } from "../../src/store/state-store";
import { MemoryRelay, type LoggedEntry } from "./memory-relay";
import { MemoryStore } from "./memory-store";
import {
  CHANNEL,
  contents,
  CREATOR,
  ledgerOfTheFixture,
  NOW,
  OFFICERS,
  RELAY_KEY,
  revocation,
  type Person,
} from "./sending-operation";

/** Three officers and two coordinators, and a relay of one channel that knows as much of the ledger as they. */
export function begin(channel = CHANNEL): { relay: MemoryRelay; coordinator: Officer; officers: readonly Officer[] } {
  const relay = new MemoryRelay(ledgerOfTheFixture(), channel, RELAY_KEY);
  return {
    relay,
    coordinator: new Officer(CREATOR!, relay),
    officers: OFFICERS.map((person) => new Officer(person, relay)),
  };
}

/** The unit revokes the last officer: the relay has the entry, members fetch it. */
export function revokeTheLast(relay: MemoryRelay): void {
  relay.ledger = relay.ledger.append(revocation());
}

export class Officer implements SendingHost {
  readonly store = new MemoryStore();
  readonly device: SendingHost["device"];
  readonly certificates = new CertificateMemo();
  readonly sessions = new Map<string, ChannelSession>();
  readonly logHashes = new Map<string, Map<number, Bytes>>();
  readonly logHeads = new Map<string, AttestedLogHead>();
  readonly slept: number[] = [];
  readonly read: Signed[] = []; // what others said, in log order
  readonly routes: SendingHost["routes"];
  readonly entropy: Entropy;
  clock = NOW;
  ledger: Ledger;
  refusesForm = false;
  #drawn = 0;

  constructor(
    person: Person,
    readonly memory: MemoryRelay,
    further = "", // the name of a further device of the same person
  ) {
    const identity = new SigningKey(fromHex(person.identity_seed));
    const account = fromHex(person.account);
    const signingKey = new SigningKey(sha256(concat(identity.publicKey, utf8(`device${further}`))));
    const device = sha256(concat(account, utf8(further))).slice(0, 16);
    const notAfter = BigInt(NOW + 366 * 86_400);
    const certificate = issueCertificate(identity, { account, device, signatureKey: signingKey.publicKey, notAfter });
    this.device = { account, device, identityKey: identity.publicKey, certificate, signingKey };
    this.entropy = (length) => {
      this.#drawn += 1;
      const blocks = Math.ceil(length / 32);
      const drawn = Array.from({ length: blocks }, (_, block) => sha256(utf8(`${person.account}${further}${this.#drawn}/${block}`)));
      return concat(...drawn).slice(0, length);
    };
    this.ledger = memory.ledger;
    this.routes = {
      claim: async (_operation: Bytes, _channel: Bytes, accounts: readonly Bytes[]) => memory.claim(accounts),
      rejections: async () => memory.rejections,
      reserveTurn: async () => {
        memory.turns.push(memory.log.length);
      },
    } as unknown as SendingHost["routes"];
  }

  get relay(): MemoryRelay {
    return this.memory;
  }

  get publisher(): MemoryRelay {
    return this.memory;
  }

  get session(): ChannelSession {
    return this.sessions.get(channelKey(this.ledger.operation, this.memory.channel))!;
  }

  readonly now = (): number => this.clock;

  readonly sleep = async (seconds: number): Promise<void> => {
    this.slept.push(seconds);
    this.clock += seconds;
  };

  readonly breathe = (): Promise<void> => Promise.resolve();
  readonly pace = this.breathe;

  operation(): Operation {
    return { ledger: this.ledger, contents: contents(), troubles: [], frozen: null } as unknown as Operation;
  }

  membership(): Member {
    const member = this.ledger.members.get(hex(this.device.account));
    if (member === undefined || member.revokedAt !== null) {
      throw new NotAMember("the ledger does not admit this account to the operation");
    }
    return member;
  }

  async followLedger(): Promise<Operation> {
    this.ledger = this.memory.ledger;
    return this.operation();
  }

  judgeReport(_operation: Operation, _envelope: Envelope): void {
    if (this.refusesForm) {
      throw new ProtocolError("the values do not answer the form");
    }
  }

  async write(writes: Writes, change: Change<ChannelSession> = {}): Promise<void> {
    const { session } = change;
    const key = channelKey(this.ledger.operation, this.memory.channel);
    const kept = session === undefined ? [] : sessionWrites(this.sessions.get(key) ?? null, session);
    await this.store.apply(new Map([...writes, ...kept]), this.store.version);
    if (session !== undefined) {
      this.sessions.set(key, session);
    }
  }

  async forgetSession(session: ChannelSession): Promise<void> {
    this.sessions.delete(channelKey(session.operation, session.channel));
  }

  /** A new tab: everything that was only in memory is gone. */
  async reopen(): Promise<void> {
    const place = this.session;
    const prefix = channelPrefix(place);
    const rows = await this.store.scan(prefix);
    const values = new Map(rows.map(([key, value]) => [key.slice(prefix.length), value]));
    const restored = await restoreChannel(place, values, (secret, tree) => Group.restore(secret, tree, this.keys));
    this.sessions.set(channelKey(place.operation, place.channel), restored!.session);
  }

  /** The group of one that the channel begins with. */
  async found(): Promise<void> {
    const group = await Group.create(this.groupId, await this.publishPackage(false), this.keys);
    const place = { operation: this.ledger.operation, channel: this.memory.channel, generation: 1 };
    const nothing = { sequence: 0, logHash: new Uint8Array(32), epochBeganAt: 0, judgedAt: this.ledger.sequence };
    const session = { ...place, ...nothing, group, standing: Standing.live, staged: null, outbox: new Map() };
    await this.write(new Map(), { session: { ...session, mustCommit: false } });
  }

  /** A key package of ours waits at the relay, unless it is for ourselves. */
  async publishPackage(waits = true): Promise<OwnKeyPackage> {
    const lifetime = { notBefore: BigInt(NOW - 3600), notAfter: BigInt(NOW + 86_400) };
    const own = await makeKeyPackage(this.keys, lifetime, this.entropy);
    if (waits) {
      this.memory.packages.set(hex(this.device.account), [own.keyPackage]);
    }
    return own;
  }

  /** By the newest Welcome; nothing is judged. */
  async join(own: OwnKeyPackage): Promise<void> {
    const entry = this.memory.log.findLast((one) => one.welcome !== null)!;
    const { group } = await Group.join(entry.welcome!, entry.ratchetTree!, own, this.keys);
    const { sequence, hash } = entry;
    const place = { operation: this.ledger.operation, channel: this.memory.channel, generation: 1 };
    const began = { sequence, logHash: hash, epochBeganAt: sequence, judgedAt: this.ledger.sequence };
    const session = { ...place, ...began, group, standing: Standing.live, staged: null, outbox: new Map() };
    const writes = new Map([...usedWrites(own, NOW), ...enteredWrites(place, NOW)]);
    await this.write(writes, { session: { ...session, mustCommit: true } });
  }

  async followLog(): Promise<void> {
    if (!this.sessions.has(channelKey(this.ledger.operation, this.memory.channel))) {
      return;
    }
    for (const entry of this.memory.log.slice(this.session.sequence)) {
      if (this.session.standing === Standing.live) {
        await (entry.kind === LogKind.commit ? this.takeCommit(entry) : this.takeMessage(entry));
        const hashes = this.logHashes.get(channelKey(this.ledger.operation, this.memory.channel)) ?? new Map<number, Bytes>();
        this.logHashes.set(channelKey(this.ledger.operation, this.memory.channel), hashes.set(entry.sequence, entry.hash));
      }
    }
  }

  private async takeCommit(entry: LoggedEntry): Promise<void> {
    const before = this.session;
    const { staged } = before;
    const own = staged !== null && equal(sha256(staged.message), sha256(entry.message));
    let group: Group;
    try {
      group = own ? (staged.group as Group) : ((await before.group.process(entry.message)) as Group);
    } catch (error) {
      if (error instanceof RemovedFromGroup) {
        await this.write(new Map(), { session: { ...before, standing: Standing.removed } });
        return;
      }
      throw error;
    }
    const { ledgerSequence } = decodeAnchor(parseCommit(entry.message).authenticatedData);
    const began = { sequence: entry.sequence, logHash: entry.hash, epochBeganAt: entry.sequence };
    const mustCommit = own ? before.mustCommit && staged.restored : before.mustCommit;
    const after = { ...before, ...began, group, judgedAt: Number(ledgerSequence), staged: null, outbox: new Map() };
    const again = readmittedWrites(before, entry.message, this.certificates, this.clock);
    await this.write(again, { session: { ...after, mustCommit } });
  }

  private async takeMessage(entry: LoggedEntry): Promise<void> {
    const before = this.session;
    const place = { sequence: entry.sequence, logHash: entry.hash };
    const name = outboxName(entry.message);
    const row = before.outbox.get(name);
    if (row !== undefined) {
      const outbox = new Map(before.outbox);
      outbox.delete(name);
      await this.write(this.seen(row.signed, this.device.identityKey, entry), { session: { ...before, ...place, outbox } });
      return;
    }
    const { group, plaintext, sender } = await before.group.open(entry.message);
    const { signed } = decodePayload(plaintext);
    this.read.push(signed);
    const { identityKey } = verifyCertificate(sender.credential);
    await this.write(this.seen(signed, identityKey, entry), { session: { ...before, ...place, group } });
  }

  private seen(signed: Signed, identityKey: Bytes, entry: LoggedEntry): Writes {
    const { message } = isControl(signed) ? decodeControl(signed.content) : decodeEnvelope(signed.content);
    const value = encodeSeen(sha256(encodeSigned(signed)), { generation: 1, sequence: entry.sequence });
    return new Map([[seenKey(this.ledger.operation, identityKey, message), value]]);
  }

  get keys(): DeviceKeys {
    return { credential: this.device.certificate, signingKey: this.device.signingKey };
  }

  private get groupId(): Bytes {
    return this.ledger.channels.get(hex(this.memory.channel))!.current.groupId;
  }
}
