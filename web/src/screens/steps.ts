/** What takes long, for whoever waits. */

import type { Step } from "../worker/calls";
import type { Words } from "../words";

export function stepSentence(words: Words, step: Step): string {
  switch (step.step) {
    case "stretching":
      return words.say("Making your keys from the password …");
    case "signingIn":
      return words.say("Signing in …");
    case "searching":
      return words.say("Searching …");
    case "reading":
      return words.say("Reading: {read} of {all} messages …", { read: step.read, all: step.all });
    case "carrying":
      return words.say("Files: {done} of {all} parts …", { done: step.done, all: step.all });
    case "verifying":
      return words.say("Verifying the ledger: {verified} of {signed} entries …", {
        verified: step.verified,
        signed: step.signed,
      });
  }
}
