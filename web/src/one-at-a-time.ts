/** Work that may not overlap: whoever asks later waits, and learns nothing of how the others ended. */

export class OneAtATime {
  #last: Promise<unknown> = Promise.resolve();

  /** What `work` gives or throws, once everybody before is done. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work);
    this.#last = mine.catch(() => undefined);
    return mine;
  }
}
