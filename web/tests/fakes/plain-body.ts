/** A body with nothing special in it: for information of all, of everyday priority. */

import type { JsonObject } from "../../src/forms/canonical-json";
import type { Body } from "../../src/forms/envelope";

export function plainBody(values: JsonObject, writtenAt: number, language: Body["language"] = "en"): Body {
  return {
    values,
    language,
    writtenAt,
    to: [],
    answerBy: null,
    expectedAction: null,
    priority: "routine",
    handling: "H0",
    handlingText: null,
    tlp: "AMBER",
    evaluation: null,
    variant: "long",
    attachments: [],
  };
}
