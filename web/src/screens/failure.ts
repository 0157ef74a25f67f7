/** What went wrong, in words that say what to do. */

import type { Failure } from "../worker/calls";
import type { Words } from "../words";

const SENTENCES: Readonly<Record<string, string>> = {
  wrong_sign_in: "Name, password or code is wrong. Nothing was changed; type them again.",
  code_needed: "The password is right. Now the six digits that your authenticator shows.",
  vault_closed: "The relay took the password, but your keys do not open with it: give the device secret of your letter.",
  locked: "Too many wrong tries. Wait {seconds} seconds, or ask your coordination unit to lift the lock.",
  too_many: "The relay asks to wait {seconds} seconds.",
  no_session: "The session has ended. Sign in again.",
  unreachable: "The relay does not answer. Check the network, then try again.",
  unavailable: "The relay cannot serve now. Try again in a moment.",
  unusable_text: "There is a character in it that no name or password can have.",
  unusable_code: "A code has six digits, a recovery code twenty letters and digits.",
  wrong_device_secret: "This is not your account's device secret. Compare it with your letter; nothing was changed.",
  mailbox_left_unopened: "Nothing was changed: your mailbox was not opened for 14 changes of password. Sign out, sign in again, then change it.",
  password_may_be_changed: "The relay did not answer: the new password may count already. Sign out, and sign in with it; if it is refused, with the old one.",
  stale_version: "Another computer of yours changed the account in the same moment. Nothing was changed here: try again.",
  mailbox_held: "Your mailbox is open on another computer since {since}. If that is not you, tell your coordination unit.",
  not_holder: "Your mailbox was opened on another computer. Nothing more can be read or sent here.",
  open_in_another_tab: "Your mailbox is open in another tab of this browser. Go there, or close it.",
  other_program: "This mailbox belongs to CENcomm's other program. Open it there; for the browser, ask for another account.",
  mailbox_altered: "The relay gives a mailbox that was never sealed like this: {detail}. Tell your coordination unit.",
  weak_password: "This password is guessed too soon. Take four or five words that do not belong together.",
  taken: "Somebody has this name here already. Choose another one, or sign in if it is yours.",
  registration_code: "This relay makes accounts only with its registration code. Ask your coordination unit for it.",
  letter_unreadable: "This letter cannot be read: {detail}. Compare it with the one that you were given.",
  letter_for_elsewhere: "This letter is for {detail}. Open that address, and use it there.",
  letter_for_the_program: "This letter is not for a browser: use it with the program cencomm, as your coordination unit does.",
  letter_for_newcomers: "This is an access letter: it makes an account. To begin anew, ask your coordination unit for a reset letter.",
  letter_has_served: "This letter has served, or is older than two weeks. Ask your coordination unit for a new one.",
  another_name: "This is not the name that the account signs in with: a reset keeps it. If you forgot it, tell your coordination unit.",
  not_admitted_yet: "Your request is with the coordination unit. The operation opens here once it has admitted you.",
  frozen: "This operation is frozen, since the relay signed two histories. Nothing is sent in it until your coordination unit has looked at it.",
  another_ledger: "The relay shows another history than the one that you joined: {detail}. Send nothing. Compare the twelve words with your coordination unit by telephone, and tell it what stands here.",
  may_be_out_of_date: "Nothing was heard from the archive or a coordinator for too long, so who reads now is not known: TLP:RED is not sent until they are heard again. The draft is kept.",
  never_joined: "The relay shows an operation that you never joined. Nothing in it is to be believed: tell your coordination unit.",
  releases_elsewhere: "What is released to CEN is prepared with the program cencomm. Choose another channel here.",
  outbox_waits: "Messages of yours are not sent yet. Wait for them; if you sign out again now, they go out at your next sign-in.",
  no_operation: "You belong to no operation yet. Your coordination unit admits you after your enrolment.",
  unreadable_picture: "What this picture says of camera, place and time cannot be removed here. Save it as JPEG or PNG, then attach it.",
  file_altered: "The relay does not give the file that its author sent; nothing of it was kept. Tell your coordination unit.",
  file_size: "A file has 1 byte to {detail}: attach a smaller one, or parts of it.",
  defect: "This program has a defect here. Load the page again; if it comes back, tell your coordination unit.",
  rule_broken: "This does not verify and was refused: {detail}. Tell your coordination unit.",
  not_believed: "This does not verify and was refused: {detail}. Tell your coordination unit.",
};

export function failureSentence(words: Words, failure: Failure): string {
  const sentence = Object.hasOwn(SENTENCES, failure.code) ? SENTENCES[failure.code] : undefined; // a relay's word
  if (sentence === undefined) {
    return failure.sentence;
  }
  return words.say(sentence, {
    seconds: failure.retryAfter ?? 60,
    detail: failure.sentence,
    since: failure.since === null ? "?" : words.moment(failure.since),
  });
}
