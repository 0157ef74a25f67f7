/** Work that is long for a large group, done piece by piece, so that whoever does it can see to others in between. */

/** How far it is: so many of all leaves. */
export interface Leaves {
  readonly done: number;
  readonly all: number;
}

/** Stops after each piece, and gives its result at the end. What it throws, it throws in the order of its checks. */
export type Slices<T> = Generator<Leaves, T, void>;

/** Is told how far it is, and resolves when the next piece may begin: whatever else waited had its turn. */
export type Pace = (leaves: Leaves) => Promise<void>;

export const SLICE_LEAVES = 8; // a signature or a seal takes two to four milliseconds: nothing waits for long

/** All of it at once. */
export function finish<T>(slices: Slices<T>): T {
  for (;;) {
    const step = slices.next();
    if (step.done === true) {
      return step.value;
    }
  }
}

/** Piece by piece. */
export async function finishAtPace<T>(slices: Slices<T>, pace: Pace): Promise<T> {
  for (;;) {
    const step = slices.next();
    if (step.done === true) {
      return step.value;
    }
    await pace(step.value);
  }
}
