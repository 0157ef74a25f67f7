/** What a new report says of its author by itself: the country that reports. A suggestion, which its writer can change. */

import type { JsonObject } from "./canonical-json";
import type { Variant } from "./envelope";
import type { Field, Form } from "./form";
import { withAnswer } from "./values";

/** As the archive, nCEN and CEN know it: `cencomm/node/records/search.py`. */
const REPORTING_COUNTRY = "reporting_country";

/** The values with the author's country where the form asks who reports; a `country` of null is not known. */
export function reportedFrom(values: JsonObject, form: Form, variant: Variant, country: string | null): JsonObject {
  const asks = (field: Field): boolean =>
    field.name === REPORTING_COUNTRY &&
    field.kind.type === "code" &&
    field.kind.list === "country" &&
    (variant === "long" || field.simplified);
  return country !== null && form.fields.some(asks) ? withAnswer(values, REPORTING_COUNTRY, country) : values;
}
