/**
 * A moment in UTC as date and time of 24 hours. Not the browser's own control: that one shows the order of days and the
 * halves of a day as the computer's owner has them, and two officers read two moments.
 */

import type { JSX } from "preact";

import { typedDate, typedTime } from "../../../forms/typing";
import { useWords } from "../../../words";
import { Line } from "./line";

interface Props {
  readonly id: string;
  readonly label: string;
  readonly text: string; // `2026-11-22T05:10:00Z`, or as far as it was typed
  readonly describedBy?: string;
  readonly invalid?: boolean;
  readonly required?: boolean;
  readonly onChange: (text: string) => void; // "": nothing is left
}

const TIME = /^[0-9]{2}:[0-9]{2}$/;

export function MomentInput(props: Props): JSX.Element {
  const words = useWords();
  const [date = "", time = ""] = props.text.split("T");
  const shown = time.replace(/(?::00)?Z$/, "");
  const change = (day: string, hour: string): void => {
    const seconds = TIME.test(hour) ? ":00Z" : /^[0-9:]{8}$/.test(hour) ? "Z" : "";
    props.onChange(day === "" && hour === "" ? "" : `${day}T${hour}${seconds}`);
  };
  const shared = { describedBy: props.describedBy, invalid: props.invalid ?? false, mono: true, mode: "numeric" } as const;
  return (
    <div class="beside moment" role="group" aria-label={props.label}>
      <Line
        {...shared}
        id={props.id}
        label={`${props.label}: ${words.say("date")}`}
        required={props.required ?? false}
        placeholder="2026-03-05"
        text={date}
        spelled={typedDate}
        onChange={(day) => change(day, shown)}
      />
      <Line
        {...shared}
        id={`${props.id}-time`}
        label={`${props.label}: ${words.say("time (UTC)")}`}
        placeholder="06:10"
        text={shown}
        spelled={typedTime}
        onChange={(hour) => change(date, hour)}
      />
    </div>
  );
}
