import { deadlineExceeded } from "../call/deadline.js";

/** The time limit of one call, for everything that it awaits. */
export class TimeLimit {
  readonly #endsAt: number;
  readonly #over: Promise<never> | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** Starts now. `timeoutMs` is Infinity for a call without a limit. */
  constructor(timeoutMs: number) {
    this.#endsAt = Date.now() + timeoutMs;
    if (timeoutMs === Infinity) return;
    this.#over = new Promise((_, reject) => {
      this.#timer = setTimeout(() => reject(deadlineExceeded()), timeoutMs);
    });
    this.#over.catch(() => {}); // There may be no waiter when the time is up.
  }

  /** Whole milliseconds left. */
  get leftMs(): number {
    return Math.max(0, Math.ceil(this.#endsAt - Date.now()));
  }

  /** Settles as the promise does, or rejects with DEADLINE_EXCEEDED at the limit. */
  async hold<T>(promise: Promise<T>): Promise<T> {
    return this.#over === undefined ? await promise : await Promise.race([promise, this.#over]);
  }

  /** Stops the timer once the call is over. */
  clear(): void {
    clearTimeout(this.#timer);
  }
}
