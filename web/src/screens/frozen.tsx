/** An operation whose relay was caught at two histories: what it signed, to be compared and to be kept (L4). */

import type { JSX } from "preact";

import { utf8, type Bytes } from "../bytes";
import type { FrozenView, Overview } from "../operation/overview";
import { useWords } from "../words";
import { save } from "./saving";

const INDENT = 2;

export function FrozenCard({ overview, frozen }: { readonly overview: Overview; readonly frozen: FrozenView }): JSX.Element {
  const words = useWords();
  return (
    <section class="card frozen">
      <h2>{words.say("Frozen: the relay signed two histories")}</h2>
      <p class="lead">
        {words.say("An honest relay signs one. Whoever runs it, or took it over, shows different people different things. Everything here stays readable; programs that saw this send nothing.")}
      </p>
      <ol>
        <li>{words.say("Save the evidence: anybody can verify both signatures with the relay's key in the charter.")}</li>
        <li>{words.say("Call your coordination unit by telephone, and read the two lines below to it.")}</li>
        <li>{words.say("The unit compares with other members, and founds the operation anew at a relay that it trusts.")}</li>
      </ol>
      <dl class="facts">
        {frozen.statements.map((statement, place) => (
          <div class="wide" key={place}>
            <dt>
              {words.say("Statement {number}: ledger entry {sequence}, signed {time} UTC", {
                number: place + 1,
                sequence: statement.sequence,
                time: words.moment(statement.time),
              })}
            </dt>
            <dd class="mono" dir="ltr">
              {statement.hash}
            </dd>
          </div>
        ))}
      </dl>
      <p class="hint" dir="ltr" lang="en">
        {frozen.sentence}
      </p>
      <button class="primary" onClick={() => save(`evidence-${overview.operation.slice(0, 8)}.json`, evidence(overview, frozen))}>
        {words.say("Save the evidence")}
      </button>
    </section>
  );
}

/** Both exact statements, with the key that verifies them (docs/protocol.md section 3.5). */
function evidence({ operation }: Overview, { relayKey, statements }: FrozenView): Bytes {
  const kept = statements.map(({ signed, sequence, hash, time }) => ({ signed, sequence, hash, time }));
  return utf8(JSON.stringify({ operation, relay_key: relayKey, label: "cencomm ledger head", statements: kept }, null, INDENT));
}
