import type { SqlExecutor } from "../engine/sql-executor.js";

/** A switch is followed within two seconds. */
const EVERY_MS = 1_000;

/** What is watched, and who is told. */
export interface WatchedPrimary {
  readonly reads: Pick<SqlExecutor, "run">;
  readonly health: { doubt(error: Error): void };
  /** Moves to a server that is to be preferred by now, see `PrimaryChoice`. */
  readonly preferFirst: () => Promise<void>;
}

/**
 * Looks every second whether the server in use has become read-only, and has it doubted then: of several servers
 * another one is the primary by now. Callers who only read would never notice, and would read older and older states
 * of a server that falls behind. The caller clears the interval.
 */
export function watchPrimary({ reads, health, preferFirst }: WatchedPrimary): NodeJS.Timeout {
  let asking = false;
  const look = async (): Promise<void> => {
    asking = true;
    try {
      const { rows } = await reads.run("select @@global.read_only as readOnly", []);
      if (Number(rows?.[0]?.["readOnly"]) === 1) health.doubt(new Error("The server has read_only = ON"));
      await preferFirst();
    } catch {
      // The pool has had the server doubted for that error already.
    } finally {
      asking = false;
    }
  };
  return setInterval(() => {
    if (!asking) void look();
  }, EVERY_MS).unref();
}
