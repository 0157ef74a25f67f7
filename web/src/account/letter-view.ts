/** What the page is told of a letter, and of what was asked for with it. */

/** Of an access letter, or a reset letter. */
export interface LetterView {
  readonly words: readonly string[]; // of the operation: 12, to be compared by voice before anything is sent
  readonly asksForCode: boolean; // the relay, of whoever makes an account
  readonly resets: boolean; // an account that is there: its password was lost
}

/** Of keys that wait for the unit. */
export interface NewKeysView {
  readonly words: readonly string[]; // six, which the unit may ask for by voice
}
