/** What the page is told of an access letter. */

export interface LetterView {
  readonly words: readonly string[]; // of the operation: 12, to be compared by voice before anything is sent
  readonly asksForCode: boolean; // the relay, of whoever makes an account
}
