import { deadlineExceeded } from "../call/deadline.js";

/** The time that one call may take. Whatever it waits for, it waits no longer. */
export class TimeLimit {
  readonly #endsAt: number;
  readonly #over: Promise<never> | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** `timeoutMs` from now on; Infinity for a call that ends when it ends. */
  constructor(timeoutMs: number) {
    this.#endsAt = Date.now() + timeoutMs;
    if (timeoutMs === Infinity) return;
    this.#over = new Promise((_, reject) => {
      this.#timer = setTimeout(() => reject(deadlineExceeded()), timeoutMs);
    });
    this.#over.catch(() => {}); // Nothing may be waiting when time is up.
  }

  /** What is left of it, in whole milliseconds. */
  get leftMs(): number {
    return Math.max(0, Math.ceil(this.#endsAt - Date.now()));
  }

  /** What the promise comes to, or DEADLINE_EXCEEDED. */
  async hold<T>(promise: Promise<T>): Promise<T> {
    return this.#over === undefined ? await promise : await Promise.race([promise, this.#over]);
  }

  /** The call is over. */
  clear(): void {
    clearTimeout(this.#timer);
  }
}
