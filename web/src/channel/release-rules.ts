/**
 * What a release channel takes (docs/protocol.md section 6.4): CEN reads there, and CEN holds nothing personal.
 *
 * Received here as everywhere, written never: whoever releases is shown first what is withheld, and this page cannot.
 * R2 is judged by the form's own flags alone, since the form `release` that ships is not here; a unit that signs a field
 * for names as not personal is found by Python's members.
 */

import { hex, type Bytes } from "../bytes";
import { ProtocolError, UsageError } from "../errors";
import type { Body } from "../forms/envelope";
import { isPersonal, type Form } from "../forms/form";
import { ChannelKind } from "../ledger/kinds";
import type { Operation } from "../operation/operation";

/** The one form that a release channel takes. */
export const RELEASE_FORM = "release";
const PICTURE_TYPES: ReadonlySet<string> = new Set(["image/gif", "image/jpeg", "image/png", "image/tiff", "image/webp"]);
const PICTURE_NAME = /^picture-[1-9][0-9]?\.(?:gif|jpg|png|tif|webp)$/;

/** Something that CEN must not get stands in a release channel. */
export class NotForRelease extends ProtocolError {}

/** Releases are made with the program cencomm, which shows what of a seizure is withheld before anything leaves. */
export class ReleasesElsewhere extends UsageError {
  constructor() {
    super("what is released to CEN is prepared with the program cencomm: write to another channel here");
  }
}

export function isReleaseChannel({ ledger }: Operation, channel: Bytes): boolean {
  return ledger.channels.get(hex(channel))?.kind === ChannelKind.release;
}

/** A report of `form` may stand in a release channel. @throws NotForRelease it says which of R1 to R6 it breaks. */
export function judgeRelease(form: Form, body: Body): void {
  if (form.name !== RELEASE_FORM) {
    throw new NotForRelease(`a release channel takes the form '${RELEASE_FORM}' only, not '${form.name}' (R1)`);
  }
  const fields = [...form.fields, ...form.blocks.flatMap((block) => block.fields)];
  if (fields.some(isPersonal)) {
    throw new NotForRelease("the unit's form 'release' has a field that is not for CEN (R2)");
  }
  if (body.tlp === "RED") {
    throw new NotForRelease("TLP:RED is for those whom it names, never for CEN (R3)");
  }
  if (!body.attachments.every(({ mediaType }) => PICTURE_TYPES.has(mediaType))) {
    throw new NotForRelease("a release channel takes pictures only: other files are full of names (R4)");
  }
  if (body.handlingText !== null) {
    throw new NotForRelease("how a release is to be handled is said by its code: words may name somebody (R5)");
  }
  if (!body.attachments.every(({ name }) => PICTURE_NAME.test(name))) {
    throw new NotForRelease("pictures for CEN are called picture-1.jpg and so on (R6)");
  }
}
