/** Waits on the event loop: for signals, for promises of callbacks, and to let others have their turn. */
import { setImmediate as turn } from 'node:timers/promises';

/** For how long an operation that asks may keep the event loop, in milliseconds. */
const SLICE = 10;

/** What to do when a signal fires: one listener per signal, however many calls share it. */
const watched = new WeakMap<AbortSignal, Set<() => void>>();

/** Call `action` when the signal fires; gives a function that forgets it. */
export function whenAborted(signal: AbortSignal, action: () => void): () => void {
  let actions = watched.get(signal);
  if (actions === undefined) {
    const all = new Set<() => void>();
    watched.set(signal, (actions = all));
    signal.addEventListener('abort', () => all.forEach((one) => one()), { once: true });
  }
  const own = actions;
  own.add(action);
  return () => own.delete(action);
}

/** The turns that an operation takes on the event loop, until its signal fires. */
export class Turns {
  readonly #signal: AbortSignal | undefined;
  readonly #error: () => Error;
  #due = performance.now() + SLICE;

  /**
   * @param signal - Ends the operation.
   * @param error - What it then fails with.
   */
  constructor(signal: AbortSignal | undefined, error: () => Error) {
    this.#signal = signal;
    this.#error = error;
  }

  /** Whether others should have their turn now. */
  isOver(): boolean {
    return performance.now() >= this.#due;
  }

  /** Let others have their turn. */
  async pass(): Promise<void> {
    await turn();
    this.#due = performance.now() + SLICE;
  }

  /** Fails once the signal has fired. */
  check(): void {
    if (this.#signal?.aborted) throw this.#error();
  }

  /** What the value becomes; fails if the signal fires before. */
  settled(value: unknown): Promise<unknown> {
    const signal = this.#signal;
    if (signal === undefined) return Promise.resolve(value);
    return new Promise((resolve, reject) => {
      if (signal.aborted) reject(this.#error());
      const release = whenAborted(signal, () => reject(this.#error()));
      void Promise.resolve(value).then(resolve, reject).finally(release);
    });
  }
}
