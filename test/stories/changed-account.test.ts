import t, { type Test } from "tap";

import { type MerchantChange, updateMerchant } from "../../src/checkout/merchants/update-merchant.js";
import { systemClock } from "../../src/lib/clock.js";
import { openStore } from "../../src/start/store.js";
import { createTestMerchant, startTestApp, testConfig } from "../support/app.js";
import { eachEngine, silent, type TestEngine } from "../support/database.js";
import { paidMessage, signedBody } from "../support/gateway.js";
import { anOrder } from "../support/orders.js";
import { callback, read, resultsOf, type Session, stored } from "../support/results.js";

/** A service whose merchant's live account is changed while it runs, as the operator does it. */
async function open(t: Test, engine: TestEngine) {
  const config = testConfig(engine);
  const mine = await createTestMerchant(config);
  const clock = { time: Date.now(), now: () => clock.time };
  const app = await startTestApp(t, config, { clock });
  const create = async (): Promise<Session> =>
    (await app.call("POST", "/v1/checkout/sessions", mine.liveKey, anOrder())).json;
  const change = async (changes: Partial<MerchantChange>): Promise<void> => {
    const store = await openStore(config, silent);
    const nothing = { gatewayMerchantId: undefined, secret: undefined, countryCode: undefined };
    const whole = { ...nothing, allowPublishedSecret: false, ...changes };
    await updateMerchant({ ...store, clock: systemClock }, mine.id, whole);
    await store.db.close();
  };
  const pay = (session: Session, merchantID: string, secret: string): Promise<Response> =>
    callback(app, signedBody(paidMessage(session, merchantID), secret));
  return { app, mine, clock, create, change, pay, first: mine.live };
}

const LATER = { gatewayMerchantId: "100999", secret: "the second secret" };

await eachEngine(t, "an id and a secret that never went together sign nothing", async (t, engine) => {
  const { app, create, change, pay, first } = await open(t, engine);
  const session = await create();
  await change(LATER);
  t.equal((await pay(session, LATER.gatewayMerchantId, first.secret)).status, 400);
  t.equal((await pay(session, first.gatewayMerchantId, LATER.secret)).status, 400);
  t.same((await stored(app)).results, []);
});

await eachEngine(t, "a secret counts at once, also within a second of the last look", async (t, engine) => {
  const { app, mine, create, change, pay, first } = await open(t, engine);
  const [before, after] = [await create(), await create()];
  const seen = pay(before, first.gatewayMerchantId, first.secret);
  await change({ secret: LATER.secret });
  t.equal((await seen).status, 200);
  t.equal((await pay(after, first.gatewayMerchantId, LATER.secret)).status, 200);
  t.equal((await read(app, mine, after)).status, "complete");
});

await eachEngine(
  t,
  "a payment of the account as it was counts for 48 hours, however often it was changed",
  async (t, engine) => {
    const { app, mine, clock, create, change, pay, first } = await open(t, engine);
    const [inTime, current, lost, late] = [await create(), await create(), await create(), await create()];
    await change({ secret: "a mistake" });
    await change({ secret: LATER.secret });
    await change({ gatewayMerchantId: LATER.gatewayMerchantId });
    t.equal((await pay(inTime, first.gatewayMerchantId, first.secret)).status, 200);
    t.equal((await read(app, mine, inTime)).status, "complete");
    t.equal((await pay(current, LATER.gatewayMerchantId, LATER.secret)).status, 200);
    t.equal((await read(app, mine, current)).status, "complete");
    const ofNobody = { ...lost, id: "cs_0lost" };
    t.equal((await pay(ofNobody, first.gatewayMerchantId, first.secret)).status, 200);
    t.match((await stored(app)).results.at(-1), { held_reason: "session_unknown" });
    clock.time += 48 * 3_600_000 + 60_000;
    t.equal((await pay(late, first.gatewayMerchantId, first.secret)).status, 400);
    t.same(await resultsOf(app, late), []);
  },
);
