import type * as cockatiel from "cockatiel";

import { createCache } from "../lib/cache.js";

/** Keeps new charges from a gateway that does not answer: what was never sent leaves nothing to find out. */
export interface GatewayBreaker {
  /**
   * Runs `work`, which sends something to the gateway for an account. Where the gateway has failed that
   * account too often lately, or too much is under way for it, `work` is not begun and GatewayAway is thrown.
   * `isFailure` tells by its result whether the gateway has failed. No account's failures count for another:
   * any of them can be wrong in its own way.
   */
  run<T>(account: string, work: () => Promise<T>, isFailure: (result: T) => boolean): Promise<T>;
}

/** Nothing was begun: the gateway has not answered the account for a while, or enough is under way for it. */
export class GatewayAway extends Error {
  override readonly name = "GatewayAway";
}

/** When a breaker opens, and when it tries again. */
export interface BreakerLimits {
  /** Failures in a row. One slow charge says little, and five take a minute of time-outs at most. */
  readonly failures: number;
  /** From then on one charge goes through to see; while it does, the others wait for what comes of it. */
  readonly pauseMs: number;
  /**
   * Under way at once for one account. At a second each these are as many a second; each holds a socket for
   * 12 s at most.
   */
  readonly atOnce: number;
  /**
   * Accounts that are remembered while nothing is under way for them; of more, those that were idle the longest
   * begin anew. Each takes less than a kilobyte.
   */
  readonly accounts: number;
}

const LIMITS: BreakerLimits = { failures: 5, pauseMs: 10_000, atOnce: 100, accounts: 1000 };

/** Makes the breakers of a process, one for each account. */
export function createGatewayBreaker(changes: Partial<BreakerLimits> = {}): GatewayBreaker {
  const limits = { ...LIMITS, ...changes };
  const idle = createCache<string, AccountBreaker>({ max: limits.accounts });
  // Never forgotten: what is under way counts, and its end too.
  const busy = new Map<string, AccountBreaker>();
  return {
    async run(account, work, isFailure) {
      const library = await loadLibrary();
      const breaker = busy.get(account) ?? idle.get(account) ?? new AccountBreaker(library, limits);
      busy.set(account, breaker);
      try {
        return await breaker.run(work, isFailure);
      } finally {
        if (breaker.underWay === 0) {
          busy.delete(account);
          idle.set(account, breaker);
        }
      }
    },
  };
}

/** Reads what breakers are made of, for a service that must not have to read it later. */
export async function readBreaker(): Promise<void> {
  await loadLibrary();
}

/** The operator's commands charge nothing, and need not read it. */
const loadLibrary = (): Promise<Cockatiel> => import("cockatiel");

type Cockatiel = typeof cockatiel;

/** The breaker of one account. */
class AccountBreaker {
  underWay = 0;
  readonly #library: Cockatiel;
  readonly #limits: BreakerLimits;
  #policy: cockatiel.CircuitBreakerPolicy;
  #openedAt = 0;

  constructor(library: Cockatiel, limits: BreakerLimits) {
    this.#library = library;
    this.#limits = limits;
    this.#policy = this.#create();
  }

  async run<T>(work: () => Promise<T>, isFailure: (result: T) => boolean): Promise<T> {
    if (this.underWay >= this.#limits.atOnce) throw new GatewayAway("Too much is under way for the account.");
    this.underWay++;
    try {
      this.#endPause();
      const { result } = await this.#policy.execute(async () => {
        const result = await work();
        return { result, failed: isFailure(result) };
      });
      return result;
    } catch (error) {
      if (error instanceof this.#library.BrokenCircuitError)
        throw new GatewayAway("The gateway does not answer the account.");
      throw error;
    } finally {
      this.underWay--;
    }
  }

  /**
   * The library counts the pause by the machine's clock: set back by an hour, that would make it last an hour
   * longer.
   */
  #endPause(): void {
    const isOpen = this.#policy.state === this.#library.CircuitState.Open;
    if (!isOpen || performance.now() - this.#openedAt < this.#limits.pauseMs) return;
    const { ownState, breakerState } = this.#policy.toJSON() as State;
    this.#policy = this.#create({ ownState: { ...ownState, openedAt: 0 }, breakerState });
  }

  #create(initialState?: State): cockatiel.CircuitBreakerPolicy {
    const { circuitBreaker, ConsecutiveBreaker, handleWhenResult } = this.#library;
    const { failures, pauseMs: halfOpenAfter } = this.#limits;
    const options = { halfOpenAfter, breaker: new ConsecutiveBreaker(failures) };
    const policy = circuitBreaker(handleWhenResult(isFailed), {
      ...options,
      ...(initialState === undefined ? {} : { initialState }),
    });
    policy.onBreak(() => (this.#openedAt = performance.now()));
    return policy;
  }
}

/** What the library keeps of a breaker, to make it anew. */
interface State {
  readonly ownState: object;
  readonly breakerState: unknown;
}

function isFailed(run: unknown): boolean {
  return (run as { readonly failed: boolean }).failed;
}
