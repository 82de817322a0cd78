import t, { type Test } from "tap";

import { inTransaction } from "../../src/db/transaction.js";
import { eachEngine, type TestEngine } from "../support/database.js";
import { paidMessage, signedBody } from "../support/gateway.js";
import { callback, openSession, read, resultsOf, stored } from "../support/results.js";

/** A service whose next result meets an error while it is recorded, and a session of it. */
async function open(t: Test, engine: TestEngine, error: Error) {
  const failing = { next: true };
  const checkpoint = async (point: string): Promise<void> => {
    if (point !== "result recorded" || !failing.next) return;
    failing.next = false;
    throw error;
  };
  const { app, mine, session } = await openSession(t, engine, {}, { checkpoint });
  const tell = (change: Record<string, string> = {}): Promise<Response> =>
    callback(app, signedBody(paidMessage(session, mine.live.gatewayMerchantId, change), mine.live.secret));
  return { app, mine, session, tell };
}

const A_BUG = new TypeError("Cannot read properties of undefined");
const DECLINE = { responseCode: "5", responseStatus: "1", amountReceived: "0", state: "declined" };

await eachEngine(
  t,
  "a decline that cannot be recorded on its session is on record, and nothing waits for a person",
  async (t, engine) => {
    const { app, session, tell } = await open(t, engine, A_BUG);
    t.equal((await tell(DECLINE)).status, 200);
    t.match(await resultsOf(app, session), [{ outcome: "declined", held_reason: null }]);
    t.match(await stored(app), { intents: 0, methods: 0 });
  },
);

await eachEngine(
  t,
  "a payment that cannot be recorded on its session is held, and the session stays open",
  async (t, engine) => {
    const { app, mine, session, tell } = await open(t, engine, A_BUG);
    t.equal((await tell()).status, 200);
    t.match(await resultsOf(app, session), [{ outcome: "held", held_reason: "not_applicable" }]);
    t.equal((await read(app, mine, session)).status, "open");
    t.match(await stored(app), { intents: 0, methods: 0 });
  },
);

for (const [what, marks] of [
  ["a connection that broke while it was read", { errno: 1158 }],
  ["a full disk", { errno: 1021, code: "ER_DISK_FULL" }],
  ["an error of the file system", { code: "SQLITE_IOERR_WRITE" }],
] as const) {
  await eachEngine(
    t,
    `a payment that meets ${what} is not acknowledged, and is recorded when it is told again`,
    async (t, engine) => {
      const { app, mine, session, tell } = await open(t, engine, Object.assign(new Error(what), marks));
      const first = await tell();
      if (first.status !== 200) t.same(await resultsOf(app, session), []);
      t.equal((await tell()).status, 200);
      t.match(await resultsOf(app, session), [{ outcome: "completed" }]);
      t.equal((await read(app, mine, session)).status, "complete");
    },
  );
}

await eachEngine(
  t,
  "a session that is found only where its result is written is paid, and the result is not held",
  async (t, engine) => {
    // As on a former primary, which does not know yet what the other one does.
    const checkpoint = async (point: string): Promise<void> => {
      if (point === "result verified") await rename("cs_hidden", session.id);
    };
    const { app, mine, session } = await openSession(t, engine, {}, { checkpoint });
    const rename = (from: string, to: string): Promise<void> =>
      inTransaction(app.db, "READ COMMITTED", async (tx) => {
        await tx.query("UPDATE checkout_session SET id = ? WHERE id = ?", [to, from]);
      });
    await rename(session.id, "cs_hidden");
    const body = signedBody(paidMessage(session, mine.live.gatewayMerchantId), mine.live.secret);
    t.equal((await callback(app, body)).status, 200);
    t.match(await stored(app), { intents: 1, results: [{ outcome: "completed", held_reason: null }] });
  },
);
