/** Pieces of work done in one turn of the event loop before others get theirs. */
const A_TURN = 100;

/**
 * One read may bring thousands of lines, and async iterators work them off without ever letting go of the event loop: requests
 * would wait for the last of them. `await turns.passed()` after each piece gives everybody else a turn now and then.
 */
export class Turns {
  #pieces = 0;

  async passed(): Promise<void> {
    if (++this.#pieces % A_TURN !== 0) return;
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}
