/** What the page is told while somebody sits there: in bulletins, a few in a second at most, however much arrives. */

import { hex, type Bytes } from "../bytes";
import type { CencommError, ProtocolError } from "../errors";
import { Bulletin } from "../mailbox/bulletin";
import type { Listener } from "../mailbox/following";
import type { Headline } from "../mailbox/headline";
import type { Kept } from "../mailbox/journal";
import type { Mailbox } from "../mailbox/mailbox";
import type { Observer } from "../mailbox/observers";
import type { OfficersWork } from "../mailbox/officers-work";
import type { Happening } from "./calls";
import { failureOf } from "./failures";
import { OperationViews } from "./operation-views";

/** Where news go, and how they wait for each other. */
export interface Audience {
  readonly tell: (happening: Happening) => void;
  readonly soon: (run: () => void) => void; // after a fraction of a second
  readonly defect: (error: unknown) => void;
}

export class Telling implements Listener, Observer {
  readonly views: OperationViews;
  readonly #bulletin: Bulletin;
  #willTell = false;

  constructor(
    mailbox: Mailbox,
    work: OfficersWork,
    private readonly audience: Audience,
    private readonly arrived: () => void,
  ) {
    this.views = new OperationViews(mailbox);
    this.#bulletin = new Bulletin(mailbox, work);
  }

  noteAll(operation: string): void {
    this.#bulletin.noteAll(operation);
    this.soon();
  }

  noteMessage(message: Headline): void {
    this.#bulletin.noteMessage(message);
    this.soon();
  }

  noteChannel(operation: string): void {
    this.#bulletin.note(operation);
    this.soon();
  }

  /** Everything noted, told before this resolves. */
  async now(): Promise<void> {
    for (const news of await this.#bulletin.take()) {
      this.audience.tell(news);
    }
  }

  connection(online: boolean): void {
    this.audience.tell({ event: "connection", online });
  }

  operationMoved(operation: string): void {
    this.overview(operation);
    this.noteAll(operation);
  }

  operationConfirmed(operation: string): void {
    this.overview(operation);
    this.noteChannel(operation);
  }

  channelMoved(operation: string, kept: readonly Kept[]): void {
    kept.forEach((one) => this.#bulletin.noteKept(one));
    if (kept.length > 0) {
      this.arrived();
    }
    this.noteChannel(operation);
  }

  looked(operation: Bytes, failure: CencommError | null): void {
    if (this.views.looked(operation, failure)) {
      this.overview(hex(operation));
    }
  }

  trouble(operation: Bytes | null, error: ProtocolError): void {
    if (operation === null) {
      return; // the relay's answer was none: what was asked for is asked for again
    }
    if (this.views.trouble(operation, error)) {
      this.overview(hex(operation));
    }
  }

  ended(error: CencommError): void {
    this.audience.tell({ event: "ended", failure: failureOf(error) });
  }

  defect(error: unknown): void {
    this.audience.defect(error);
  }

  private overview(operation: string): void {
    this.audience.tell({ event: "overview", view: this.views.of(operation) });
  }

  private soon(): void {
    if (this.#willTell) {
      return;
    }
    this.#willTell = true;
    this.audience.soon(() => {
      this.#willTell = false;
      this.now().catch((error: unknown) => this.defect(error));
    });
  }
}
