import { type Arbitrary, boolean, constantFrom, integer, nat, record } from "fast-check";

import type { Database } from "../../src/db/engine/database.js";
import { listEvents } from "../../src/db/tables/event-list.js";
import { insertEvents } from "../../src/db/tables/events.js";
import { inTransaction } from "../../src/db/transaction.js";
import type { MerchantScope } from "../../src/domain/merchant-scope.js";
import { newId } from "../../src/lib/ids.js";
import { signal, type TestEngine } from "./database.js";
import { relay, someEvents } from "./event-relay.js";

const SCOPES: readonly MerchantScope[] = [
  { merchantId: "mer_a", livemode: true },
  { merchantId: "mer_a", livemode: false },
  { merchantId: "mer_b", livemode: false },
];

/** One step of a schedule: `which` chooses among what is open. */
export const step = record({
  what: constantFrom("begin", "commit", "roll back", "number", "read"),
  which: nat(20),
  rows: integer({ min: 1, max: 3 }),
  killed: boolean(),
});

type Step = typeof step extends Arbitrary<infer S> ? S : never;

/** An open transaction that has written events. */
interface Writing {
  readonly scope: MerchantScope;
  /** Commits it or rolls it back; the ids that were committed. */
  readonly end: (commit: boolean) => Promise<readonly string[]>;
}

async function beginWriting(db: Database, scope: MerchantScope, rows: number): Promise<Writing> {
  const events = someEvents(scope, rows);
  const gate = signal();
  const written = signal();
  const decision = { commit: true };
  const running = inTransaction(db, "READ COMMITTED", async (tx) => {
    insertEvents(tx, events);
    await tx.query("SELECT 1");
    written.give();
    await gate.given;
    if (!decision.commit) throw new Error("rolled back");
  });
  const settled = running.then(
    () => events.map(({ id }) => id),
    () => [],
  );
  await Promise.race([written.given, settled]);
  const end = async (commit: boolean): Promise<readonly string[]> => {
    decision.commit = commit;
    gate.give();
    return await settled;
  };
  return { scope, end };
}

/** Merchants of one schedule, their readers, and the transactions that are open. */
export function createWorld(db: Database, engine: TestEngine) {
  const suffix = newId("mer", Date.now());
  const scopes = SCOPES.map(({ merchantId, livemode }) => ({
    merchantId: `${merchantId}${suffix}`,
    livemode,
  }));
  const committed = scopes.map(() => new Set<string>());
  const read: string[][] = scopes.map(() => []);
  const open: Writing[] = [];

  const end = async (which: number, commit: boolean): Promise<void> => {
    const [writing] = open.splice(which % Math.max(open.length, 1), 1);
    if (writing === undefined) return;
    for (const id of await writing.end(commit)) committed[scopes.indexOf(writing.scope)]?.add(id);
  };
  const number = async (killed: boolean): Promise<void> => {
    await Promise.allSettled([relay(db)(), relay(db, { killed })()]);
  };
  const readOn = async (limit: number): Promise<void> => {
    for (const [at, scope] of scopes.entries()) {
      const known = read[at] ?? [];
      const range = { after: known.length, limit };
      const rows = await listEvents(db.manager, scope, { types: undefined, objectId: undefined }, range);
      for (const { id, sequence } of rows) {
        if (sequence !== known.length + 1) throw new Error(`${sequence} follows ${known.length}`);
        known.push(id);
      }
    }
  };
  return {
    async take({ what, which, rows, killed }: Step): Promise<void> {
      // In the embedded file one transaction is open at a time.
      if (what === "begin" && open.length < (engine.name === "mysql" ? 4 : 1)) {
        open.push(await beginWriting(db, scopes[which % scopes.length] as MerchantScope, rows));
        if (engine.name === "sqlite") await end(0, !killed);
      }
      if (what === "commit" || what === "roll back") await end(which, what === "commit");
      if (what === "number") await number(killed);
      if (what === "read") await readOn(rows);
    },
    async end(): Promise<void> {
      while (open.length > 0) await end(0, true);
      await relay(db)();
      await readOn(1000);
      for (const [at, ids] of committed.entries()) {
        const missing = [...ids].filter((id) => read[at]?.includes(id) !== true);
        if (missing.length > 0 || read[at]?.length !== ids.size)
          throw new Error(`not read once: ${missing.join(", ")}`);
      }
    },
  };
}
