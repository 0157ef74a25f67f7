/** Why something failed, as the page is told. */

import { LetterForElsewhere, LetterForTheProgram, UnreadableLetter } from "../account/enrolling";
import { MailboxLeftUnopened, PasswordMayBeChanged, WrongDeviceSecret } from "../account/new-password";
import { UnusableText } from "../account/opaque-string";
import { WeakPassword } from "../account/password-strength";
import { WrongPassword } from "../account/remote-vault";
import { AnotherName, LetterForNewcomers, LetterHasServed } from "../account/resetting";
import { UnusableCode } from "../account/second-factor";
import { RegistrationCodeNeeded } from "../account/signing-up";
import { UnreadablePicture } from "../attachments/pictures";
import { AttachmentAltered } from "../attachments/sealing";
import { MayBeOutOfDate } from "../channel/freshness";
import { ReleasesElsewhere } from "../channel/release-rules";
import { FrozenOperation } from "../channel/unsendable";
import { CencommError, ProtocolError, Refused, Unavailable } from "../errors";
import { AnotherLedger, NeverJoined, NotAdmittedYet, RelayWithholds } from "../operation/operation";
import { RelayRefuses } from "../relay/relay-client";
import { AnotherProgram, MailboxAltered, OpenInAnotherTab, OutboxNotEmpty } from "../roaming/errors";
import type { Failure } from "./calls";

/** What an error is called; the first that fits. */
const CODES: readonly (readonly [abstract new (...parts: never[]) => CencommError, string])[] = [
  [WrongPassword, "vault_closed"],
  [UnusableText, "unusable_text"],
  [UnusableCode, "unusable_code"],
  [WeakPassword, "weak_password"],
  [WrongDeviceSecret, "wrong_device_secret"],
  [MailboxLeftUnopened, "mailbox_left_unopened"],
  [PasswordMayBeChanged, "password_may_be_changed"],
  [RegistrationCodeNeeded, "registration_code"],
  [UnreadableLetter, "letter_unreadable"],
  [LetterForElsewhere, "letter_for_elsewhere"],
  [LetterForTheProgram, "letter_for_the_program"],
  [LetterForNewcomers, "letter_for_newcomers"],
  [LetterHasServed, "letter_has_served"],
  [AnotherName, "another_name"],
  [UnreadablePicture, "unreadable_picture"],
  [AttachmentAltered, "file_altered"],
  [NotAdmittedYet, "not_admitted_yet"],
  [FrozenOperation, "frozen"],
  [AnotherLedger, "another_ledger"],
  [MayBeOutOfDate, "may_be_out_of_date"],
  [NeverJoined, "never_joined"],
  [ReleasesElsewhere, "releases_elsewhere"],
  [OutboxNotEmpty, "outbox_waits"],
  [OpenInAnotherTab, "open_in_another_tab"],
  [AnotherProgram, "other_program"],
  [MailboxAltered, "mailbox_altered"],
  [RelayWithholds, "not_believed"],
  [Unavailable, "unreachable"],
  [Refused, "rule_broken"],
  [ProtocolError, "not_believed"],
];

/** @throws whatever is no CencommError: a defect of ours. */
export function failureOf(error: unknown): Failure {
  if (!(error instanceof CencommError)) {
    throw error;
  }
  if (error instanceof RelayRefuses) {
    const since = error.details["since"];
    return {
      code: error.code,
      sentence: error.message,
      retryAfter: error.retryAfter,
      since: typeof since === "number" ? since : null,
    };
  }
  const known = CODES.find(([kind]) => error instanceof kind);
  return { code: known?.[1] ?? "usage", sentence: error.message, retryAfter: null, since: null };
}
