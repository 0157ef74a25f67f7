/**
 * Whether an envelope's values answer the form that the ledger names for it.
 *
 * The form is the unit's, narrowed for the operation, never one that ships with this program; the code lists are ours.
 */

import { hex } from "../bytes";
import { isReleaseChannel, judgeRelease } from "../channel/release-rules";
import { ProtocolError } from "../errors";
import type { CodeLists } from "../forms/code-list";
import type { Envelope } from "../forms/envelope";
import type { Form } from "../forms/form";
import { decodeForm } from "../forms/form-json";
import { validate } from "../forms/validation";
import { RelayWithholds, type Operation } from "../operation/operation";

/** The forms of operations, decoded once each: by the salted hash that the ledger has of them. */
export class Reports {
  readonly #forms = new Map<string, Form>();

  constructor(private readonly lists: CodeLists) {}

  /**
   * @throws ProtocolError the values do not answer their form, or there is none, or its definition is not here.
   * @throws NotForRelease the channel is for CEN, and this is not (R1 to R6).
   */
  judge(operation: Operation, { form: blob, body, channel }: Envelope): void {
    const { values, variant, writtenAt } = body;
    const form = this.form(operation, hex(blob));
    validate(form, values, { variant, writtenAt, lists: this.lists });
    if (isReleaseChannel(operation, channel)) {
      judgeRelease(form, body);
    }
  }

  private form({ ledger, contents }: Operation, blob: string): Form {
    const named = ledger.forms.get(blob);
    if (named === undefined) {
      throw new ProtocolError("the operation's ledger names no such form");
    }
    const definition = contents.get(blob);
    if (definition === undefined) {
      throw new RelayWithholds("the relay does not show the definition of this form");
    }
    const hash = hex(named.definition.hash);
    const form = this.#forms.get(hash) ?? decodeForm(definition);
    if (form.version !== named.version) {
      throw new ProtocolError(`the form '${form.name}' is version ${form.version}, the ledger says ${named.version}`);
    }
    this.#forms.set(hash, form);
    return form;
  }
}
