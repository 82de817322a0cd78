import type { CircuitBreakerPolicy } from "cockatiel";

/** Keeps new charges from a gateway that does not answer: what was never sent leaves nothing to find out. */
export interface GatewayBreaker {
  /**
   * Runs `work`, which sends something to the gateway. Where the gateway has failed too often lately, `work` is not begun
   * and GatewayAway is thrown. `isFailure` tells by its result whether the gateway has failed.
   */
  run<T>(gatewayUrl: string, work: () => Promise<T>, isFailure: (result: T) => boolean): Promise<T>;
}

/** The gateway has not answered for a while: nothing was begun. */
export class GatewayAway extends Error {
  override readonly name = "GatewayAway";
}

/** When a breaker opens, and when it tries again. */
export interface BreakerLimits {
  /** Failures in a row. One slow charge says little, and five take a minute of time-outs at most. */
  readonly failures: number;
  /** From then on one charge goes through to see; while it does, the others wait for what comes of it. */
  readonly pauseMs: number;
}

const LIMITS: BreakerLimits = { failures: 5, pauseMs: 10_000 };

/** Makes the breakers of a process, one for each gateway. */
export function createGatewayBreaker({ failures, pauseMs }: BreakerLimits = LIMITS): GatewayBreaker {
  const breakers = new Map<string, CircuitBreakerPolicy>();
  return {
    async run(gatewayUrl, work, isFailure) {
      const { BrokenCircuitError, circuitBreaker, ConsecutiveBreaker, handleWhenResult } = await cockatiel();
      const createBreaker = () =>
        circuitBreaker(handleWhenResult(isFailed), {
          halfOpenAfter: pauseMs,
          breaker: new ConsecutiveBreaker(failures),
        });
      const breaker = breakers.get(gatewayUrl) ?? createBreaker();
      breakers.set(gatewayUrl, breaker);
      try {
        const { result } = await breaker.execute(async () => {
          const result = await work();
          return { result, failed: isFailure(result) };
        });
        return result;
      } catch (error) {
        if (error instanceof BrokenCircuitError) throw new GatewayAway("The gateway does not answer.");
        throw error;
      }
    },
  };
}

/** Reads what breakers are made of, for a service that must not have to read it later. */
export async function readBreaker(): Promise<void> {
  await cockatiel();
}

/** The operator's commands charge nothing, and need not read it. */
const cockatiel = () => import("cockatiel");

function isFailed(run: unknown): boolean {
  return (run as { readonly failed: boolean }).failed;
}
