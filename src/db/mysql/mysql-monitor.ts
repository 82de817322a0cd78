import { setTimeout as sleep } from "node:timers/promises";

import type { Log } from "../../lib/log.js";
import { settleWithin } from "../../lib/settle-within.js";
import { DatabaseAway, type DatabaseHealth } from "../engine/database.js";
import { isDatabaseAway, isLockTimeout, isTooManyConnections } from "../engine/database-errors.js";
import type { BoundedPool } from "./bounded-pool.js";
import type { Verdict } from "./mysql-probe.js";

/** What the watch needs of its server. */
export interface Watched {
  readonly pool: BoundedPool;
  /**
   * Asks on a connection of its own, so that a pool without a free one does not look like a server that is
   * away.
   */
  ask(thoroughly: boolean): Promise<Verdict>;
  /** Asks through the pool, if the server has no room for another connection. */
  askByPool(): Promise<unknown>;
  readonly log: Log;
}

/** Limited, since all connections of the pool may be in use or lead to no server. */
const ASK_INSIDE_MS = 2_000;

/** States that each caller would have to wait for, to find out by itself. */
const TAKES_TIME: ReadonlySet<Verdict["kind"]> = new Set(["silent", "blocked"]);

/**
 * States that the server reports at once may be over as soon, such as a switch to another primary; the runs
 * of a transaction outlast those.
 */
const SWITCHED_WITHIN_MS = 1_000;

/** A planned switch takes a group two seconds. Writers wait so long for its end before they are refused at once. */
const SWITCH_WAITED_MS = 5_000;

/** Why callers get no connection. */
const REFUSALS: Partial<Record<Verdict["kind"], string>> = {
  silent: "The database does not answer",
  closed: "The database refuses connections",
};

/** How often a server that does not work is asked again. */
const ASK_AGAIN_MS = 500;

/**
 * Knows whether the server does its work. Every doubtful error has the server asked, once for all callers.
 * While the server is silent or refuses connections, every caller is refused at once, instead of waiting to
 * find out by itself. While it refuses writes, only writers are, after they have waited for the end of what may
 * be a switch to another primary. A thousand callers that each try again on new connections would keep the
 * process busy.
 */
export class ServerMonitor implements DatabaseHealth {
  readonly #watched: Watched;
  readonly #closing = new AbortController();
  #looking = false;
  #asking: Promise<Verdict> | undefined;
  #quietUntil = -Infinity;
  #wrong: Error | undefined;
  #wrongSince: number | undefined;
  #refusesWrites = false;
  #takesTime = false;
  /** Writers that wait for the server to take writes again. */
  readonly #waitingWriters = new Set<{ proceed?: () => void }>();
  #writesInDoubt = false;

  constructor(watched: Watched) {
    this.#watched = watched;
  }

  /** Takes an error of the server or of a connection as a reason to ask. */
  doubt(error: Error): void {
    const leadsAstray =
      !isLockTimeout(error) && !isTooManyConnections(error) && !(error instanceof DatabaseAway);
    if (leadsAstray) this.#watched.pool.dropIdle();
    if (this.#looking || performance.now() < this.#quietUntil) return;
    void this.#lookUntilItWorks();
  }

  doubtWrites(): void {
    this.#writesInDoubt = true;
  }

  admitWrite(waitMs: number): Promise<void> | undefined {
    if (!this.#refusesWrites) return undefined;
    const overMs = (this.#wrongSince ?? -Infinity) + SWITCH_WAITED_MS - performance.now();
    const untilMs = this.#takesTime ? 0 : Math.min(waitMs, overMs);
    if (untilMs <= 0) throw refused();
    return this.#admitWithin(untilMs);
  }

  async #admitWithin(ms: number): Promise<void> {
    const writer: { proceed?: () => void } = {};
    const works = new Promise<void>((resolve) => (writer.proceed = resolve));
    this.#waitingWriters.add(writer);
    await settleWithin(ms, works);
    this.#waitingWriters.delete(writer);
    if (this.#refusesWrites) throw refused();
  }

  async check(): Promise<void> {
    if (this.#wrong === undefined) {
      const verdict = await this.#ask();
      this.#learn(verdict);
      if (verdict.kind !== "works" && !this.#looking) void this.#lookUntilItWorks();
    }
    if (this.#wrong !== undefined) throw this.#wrong;
  }

  close(): void {
    this.#closing.abort();
  }

  async #lookUntilItWorks(): Promise<void> {
    const { signal } = this.#closing;
    const began = performance.now();
    this.#looking = true;
    let worked = true;
    while (!signal.aborted) {
      const verdict = await this.#ask();
      this.#learn(verdict);
      if (verdict.kind === "works") break;
      if (worked) this.#watched.log.warn({ err: verdict.error }, "the database does not do its work");
      worked = false;
      // The wait ends early when the database closes.
      await sleep(ASK_AGAIN_MS, undefined, { ref: false, signal }).catch(() => undefined);
    }
    this.#looking = false;
    this.#quietUntil = performance.now() + ASK_AGAIN_MS;
    const afterMs = Math.round(performance.now() - began);
    if (!worked && !signal.aborted) this.#watched.log.info({ afterMs }, "the database does its work again");
  }

  /** A caller that asks during a question shares its answer. */
  #ask(): Promise<Verdict> {
    return (this.#asking ??= this.#askAnew().finally(() => (this.#asking = undefined)));
  }

  async #askAnew(): Promise<Verdict> {
    const thoroughly = this.#writesInDoubt;
    const verdict = await this.#watched.ask(thoroughly);
    if (verdict.kind === "works" && thoroughly) this.#writesInDoubt = false;
    return verdict.kind === "closed" ? await this.#askInside(verdict) : verdict;
  }

  /** A server that refuses new connections may still serve the open ones. */
  async #askInside(closed: Verdict & { readonly kind: "closed" }): Promise<Verdict> {
    const isFull = isTooManyConnections(closed.error);
    if (isFull) this.#watched.pool.refuse(undefined); // The server still answers open connections.
    const answer = this.#watched.askByPool().then(
      (): Verdict => ({ kind: "works" }),
      (error: Error): Verdict => ({ kind: isFull ? "fails" : "closed", error }),
    );
    return (await settleWithin(ASK_INSIDE_MS, answer)) ?? closed;
  }

  #learn(verdict: Verdict): void {
    if (this.#closing.signal.aborted) return;
    const now = performance.now();
    this.#wrong = verdict.kind === "works" ? undefined : asAway(verdict.error);
    if (this.#wrong === undefined) this.#wrongSince = undefined;
    else this.#wrongSince ??= now;
    const refuses = TAKES_TIME.has(verdict.kind) || now - (this.#wrongSince ?? now) >= SWITCHED_WITHIN_MS;
    this.#takesTime = TAKES_TIME.has(verdict.kind);
    this.#refusesWrites = this.#wrong !== undefined && refuses;
    if (!this.#refusesWrites) for (const { proceed } of this.#waitingWriters) proceed?.();
    this.#watched.pool.refuse(refuses ? REFUSALS[verdict.kind] : undefined);
  }
}

/** What the probe itself found out has no number of the server's: a caller takes it for a bug otherwise. */
function asAway(error: Error): Error {
  return isDatabaseAway(error) ? error : new DatabaseAway(error.message, { cause: error });
}

function refused(): DatabaseAway {
  return new DatabaseAway("The database refuses writes for now");
}
