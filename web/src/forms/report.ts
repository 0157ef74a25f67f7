/** What was judged of some values, and under which circumstances. */

import { ProtocolError } from "../errors";
import type { CodeLists } from "./code-list";
import type { Variant } from "./envelope";
import type { Fault } from "./fault";
import type { Form } from "./form";
import type { Answer } from "./kinds/kind";

/** Field name -> checked answer, in the order of the form; unanswered fields are not there. */
export type Answers = ReadonlyMap<string, Answer>;

/** What of some values answers the form; what does not is missing here. */
export interface Answered {
  readonly form: Form;
  readonly header: Answers;
  readonly blocks: ReadonlyMap<string, readonly Answers[]>;
}

/** Values that answer `form`, checked. Made by `validate` only. */
export interface Report extends Answered {
  readonly variant: Variant;
}

/** What an entry screen needs while somebody writes: the faults, and what can be read already. */
export interface Assessment extends Answered {
  readonly faults: readonly Fault[];
}

/** Values that do not answer the form. `faults` are all of them, at most a hundred. */
export class InvalidReport extends ProtocolError {
  constructor(readonly faults: readonly Fault[]) {
    super(faults.slice(0, 5).map((fault) => `${fault.path}: ${fault.code}`).join("; "));
  }
}

/** `writtenAt`: the second since 1970 in which it was or is written, so that reports do not become invalid with age. */
export interface Circumstances {
  readonly variant: Variant;
  readonly lists: CodeLists;
  readonly writtenAt: number;
}
