/** One officer at one open mailbox, from signing in to handing it back: what the page asks for while somebody sits there. */

import { fromHex, hex } from "../bytes";
import { discardedWrites, keepControl, keepDraft, returned } from "../channel/posting";
import { readyToSend } from "../channel/readying";
import { UsageError, type CencommError } from "../errors";
import { encodeAcknowledgement } from "../forms/acknowledgement";
import { ControlKind } from "../forms/control";
import { CHANNEL_ID_BYTES, OPERATION_ID_BYTES } from "../ledger/sizes";
import { Bundling } from "../mailbox/bundling";
import { draftKey, postedOf } from "../mailbox/drafts";
import { attachFile, fetchFile, type FetchedFile } from "../mailbox/files";
import { Following, isForNow, RETRY_SECONDS } from "../mailbox/following";
import type { Headline } from "../mailbox/headline";
import type { Mailbox } from "../mailbox/mailbox";
import type { OfficersWork } from "../mailbox/officers-work";
import { ReadingOn } from "../mailbox/reading-on";
import { Searching, type Finding, type ReadingsIn, type Sought } from "../mailbox/searching";
import { Uploads } from "../mailbox/uploads";
import type { AttachmentView, DraftView, Marks } from "../mailbox/views";
import type { Progress } from "../operation/following";
import type { Wake } from "../relay/wakes";
import type { Attach, Calls, Home } from "./calls";
import { Telling, type Audience } from "./telling";

export class Sitting {
  readonly #telling: Telling;
  readonly #following: Following;
  readonly #uploads = new Uploads();
  readonly #readingOn: ReadingOn;
  readonly #searching: Searching;
  readonly #bundling: Bundling;
  readonly #readied = new Set<string>(); // channels in which somebody began to write
  #stopped = false;

  constructor(
    readonly mailbox: Mailbox,
    private readonly work: OfficersWork,
    readingsIn: ReadingsIn,
    audience: Audience,
    private readonly loadChannels: () => Promise<void>,
  ) {
    this.#telling = new Telling(mailbox, work, audience, () => this.readOn());
    this.#following = new Following(mailbox, this.#telling);
    this.#readingOn = new ReadingOn(mailbox, (message) => this.#telling.noteMessage(message));
    this.#searching = new Searching(mailbox, readingsIn);
    this.#bundling = new Bundling(this.#searching, mailbox);
    mailbox.observe(this.#telling);
  }

  /**
   * The account's operations: as they were kept, if all were, since the relay is asked once the list stands; else as it
   * shows them now, each verified, none kept from us.
   */
  async home(progress: Progress): Promise<Home> {
    const known = [...this.mailbox.pins.values()].map((pin) => pin.operation);
    const areKept = known.length > 0 && known.every((operation) => this.mailbox.shown(hex(operation)) !== null);
    const listed = areKept ? [] : await this.mailbox.relay.operations();
    const all = new Map([...known, ...listed].map((operation) => [hex(operation), operation]));
    for (const [name, operation] of areKept ? [] : all) {
      try {
        await this.mailbox.turns.run(() => this.mailbox.followLedger(operation, progress));
        this.#telling.views.believe(name);
      } catch (error) {
        this.#telling.views.refuse(name, error);
      }
    }
    const names = [...all.keys()];
    names.forEach((name) => this.#telling.noteAll(name));
    return { account: hex(this.mailbox.device.account), operations: names.map((name) => this.#telling.views.of(name)) };
  }

  /**
   * The channels are here, once the line gave them: nothing is read, sent or committed before, since all of that waits
   * for its turn.
   *
   * @throws MalformedError, MailboxAltered what was kept of one is not what this program kept.
   */
  enterChannels(): Promise<void> {
    return this.mailbox.turns.run(async () => {
      while (!this.#stopped) {
        try {
          return await this.loadChannels();
        } catch (error) {
          if (!isForNow(error)) {
            throw error;
          }
          await this.mailbox.sleep(RETRY_SECONDS);
        }
      }
    });
  }

  /** A push, or a connection that stands or broke. */
  hear(wake: Wake): Promise<void> {
    if (wake.type === "connected" || wake.type === "disconnected") {
      this.#telling.connection(wake.type === "connected");
    }
    if (wake.type === "connected") {
      this.readOn();
    }
    return this.#following.answer(wake);
  }

  /** Whoever writes in a channel will say something there: what has to go before it is made meanwhile (D5). */
  async saveDraft(draft: DraftView): Promise<void> {
    await this.work.saveDraft(draft);
    this.#telling.noteChannel(draft.operation);
    this.ready(draft);
  }

  /** Also of what came back to its author. */
  async dropDraft(draft: string): Promise<void> {
    await this.work.dropDraft(draft);
    const cameBack = (await returned(this.mailbox)).find((one) => hex(one.envelope.message) === draft);
    if (cameBack !== undefined) {
      await this.mailbox.write(discardedWrites(cameBack));
      this.#telling.noteChannel(hex(cameBack.posting.operation));
    }
  }

  /**
   * Signed, and kept to be sent; it goes out at once if that is possible. Throws as `confirmed` and `keepDraft`: then the
   * draft stays.
   */
  async send(draft: DraftView): Promise<void> {
    const gone = new Map([[draftKey(draft.draft), null]]);
    await this.mailbox.turns.run(async () => {
      await this.mailbox.confirmed(fromHex(draft.operation, OPERATION_ID_BYTES));
      await keepDraft(this.mailbox, postedOf(draft, this.mailbox.now(), this.work.files), gone);
    });
    this.work.forgetDraft(draft.draft);
    this.#telling.noteChannel(draft.operation);
    this.post();
  }

  /** A file that a draft may name from now on. Throws as `attachFile`. */
  attach(asked: Attach, progress: Progress): Promise<AttachmentView> {
    return this.#uploads.run(asked.upload, (signal) => attachFile(this.mailbox, this.work.files, asked, progress, signal));
  }

  /** Whoever waits for `attach` is told that it was stopped. */
  stopAttaching(upload: string): void {
    this.#uploads.stop(upload);
  }

  /** Throws as `fetchFile`. */
  fetchFile(asked: Calls["fetchFile"]["ask"], progress: Progress): Promise<FetchedFile> {
    return fetchFile(this.mailbox, asked, progress);
  }

  /** More of these messages, told before this resolves. Throws as `Contents.fetch`. */
  async show(places: readonly string[], extent: "brief" | "whole"): Promise<void> {
    const { holdings, contents } = this.mailbox;
    const messages = places.flatMap((place) => holdings.at(place) ?? []);
    await (extent === "whole" ? contents.fetch(messages) : contents.fetchBriefsOf(messages));
    messages.forEach((message) => this.#telling.noteMessage(message));
    await this.#telling.now();
  }

  /** Throws as `Searching.search`. */
  search(sought: Sought, tell: (finding: Finding) => void): Promise<void> {
    return this.#searching.search(sought, tell);
  }

  /** Somebody asks for `work`: what goes on beside waits. */
  during<T>(work: () => Promise<T>): Promise<T> {
    return this.#bundling.behind(work);
  }

  async mark(place: string, marks: Partial<Marks>): Promise<void> {
    await this.work.mark(place, marks);
    this.#telling.noteMessage(this.message(place));
  }

  /** Tell everybody in the message's channel that it was seen here. @throws UsageError it is ours, or not here. */
  async acknowledge(place: string): Promise<void> {
    const message = this.message(place);
    if (message.own) {
      throw new UsageError("this message is yours: the others acknowledge it");
    }
    const body = encodeAcknowledgement({ author: message.identityKey, message: message.message });
    await this.mailbox.turns.run(async () => {
      await this.mailbox.confirmed(message.place.operation);
      await keepControl(this.mailbox, message.place, ControlKind.acknowledgement, body);
    });
    this.post();
  }

  /** What is missing of what was said before, of others than who lacked it. @throws MalformedError no identifiers. */
  askOthers({ operation, channel }: Calls["askOthers"]["ask"]): void {
    this.#following.askOthers(fromHex(operation, OPERATION_ID_BYTES), fromHex(channel, CHANNEL_ID_BYTES));
  }

  /** Something that may fail for now; what ends the sitting ends it. */
  attempt(work: () => Promise<void>): Promise<void> {
    return this.#following.attempt(work);
  }

  /** Nothing is begun any more. */
  stop(): void {
    this.#stopped = true;
    this.#following.stop();
    this.#bundling.stop();
  }

  /** Nothing more can be read or sent with it; the page is told why. */
  ended(error: CencommError): void {
    this.#telling.ended(error);
  }

  /** Once for each channel: what fails is done before sending. */
  private ready({ operation, channel }: DraftView): void {
    const key = `${operation}/${channel}`;
    if (!this.#readied.has(key) && this.mailbox.operations.has(operation)) {
      this.#readied.add(key);
      this.attempt(() => readyToSend(this.mailbox, fromHex(operation), fromHex(channel))).catch((error: unknown) =>
        this.#telling.defect(error),
      );
    }
  }

  /** The first words of everything, then what a search will read: beside everything else. */
  private readOn(): void {
    const read = async (): Promise<void> => {
      await this.#readingOn.firstWords();
      await this.#bundling.begin();
    };
    this.#following.beside(read).catch((error: unknown) => this.#telling.defect(error));
  }

  private post(): void {
    this.#following.post().catch((error: unknown) => this.#telling.defect(error));
  }

  private message(place: string): Headline {
    const message = this.mailbox.holdings.at(place);
    if (message === null) {
      throw new UsageError("there is no such message in this mailbox");
    }
    return message;
  }
}
