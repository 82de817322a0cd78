import t from "tap";

import {
  createFormLimits,
  FORMS_OF_SESSION,
  PRESSES_OF_ADDRESS,
  WINDOW_MS,
} from "../../src/web/pages/pay-page.js";
import { createTestMerchant, startTestApp, type TestApp, testConfig } from "../support/app.js";
import { eachEngine, onSqlite } from "../support/database.js";
import { paidMessage, signedBody } from "../support/gateway.js";
import { anOrder } from "../support/orders.js";
import { formBody, sendForm, takeForm } from "../support/pay-page.js";
import {
  attemptOf,
  bring,
  callback,
  openSession,
  read,
  resultsOf,
  type Session,
} from "../support/results.js";

const DECLINED = { responseCode: "5", responseStatus: "1", amountReceived: "0", state: "declined" };
const CANCELLED = { ...DECLINED, responseCode: "65576", responseStatus: "2" };

await eachEngine(t, "a form goes out by a POST of its own, and only if it still holds", async (t, engine) => {
  const { app, mine, session } = await openSession(t, engine);
  const say = (changes: Record<string, string>) =>
    signedBody(paidMessage(session, mine.live.gatewayMerchantId, changes), mine.live.secret);
  const form = await formBody(app, session.id);
  const signature = new URLSearchParams(form).get("signature") ?? "";
  const others = [
    "",
    "signature=",
    "signature=0",
    "signature=1&signature=2",
    `${form}&signature=x`,
    "%",
    "x[[=1",
  ];
  for (const body of [...others, form.replace(signature, signature.toUpperCase())]) {
    const page = await sendForm(app, session.id, body);
    t.equal(page.status, 200, body.slice(0, 40));
    const html = await page.text();
    t.match(html, signature, "it shows the form that holds");
    t.notMatch(html, /<script/, "which waits for its button: else a browser would go round");
  }
  t.same(await given(app, session), { forms: 0, pending: 0 });

  const sent = await sendForm(app, session.id, form);
  t.equal(sent.status, 307);
  t.equal(sent.headers.get("location"), "https://gateway.example/hosted/");
  t.equal(sent.headers.get("cache-control"), "no-store");
  t.equal(sent.headers.get("referrer-policy"), "no-referrer");
  t.same(await given(app, session), { forms: 1, pending: 1 });

  await callback(app, say(DECLINED));
  const stale = await sendForm(app, session.id, form);
  t.equal(stale.status, 200, "the attempt has failed: the next form belongs to a new one");
  t.match(await stale.text(), `${session.id}-2`);
  t.same(await given(app, session), { forms: 0, pending: 1 }, "and the first is still asked about");

  const second = await formBody(app, session.id);
  await callback(app, say({ transactionUnique: `${session.id}-2`, xref: "x-2", transactionID: "2" }));
  const late = await sendForm(app, session.id, second);
  t.equal(late.status, 200, "no redirect to the merchant, which the page's policy does not name");
  t.match(await late.text(), /href="https:\/\/yourapp.com\/checkout\/success"/);
});

await eachEngine(t, "a form that is out when its session expires goes out no more", async (t, engine) => {
  const clock = { time: Date.now(), now: () => clock.time };
  const { app, mine, session } = await openSession(t, engine, {}, { clock });
  const form = await formBody(app, session.id);
  clock.time += 24 * 3_600_000;
  t.equal((await sendForm(app, session.id, form)).status, 410);
  t.same(await given(app, session), { forms: 0, pending: 0 });
  t.equal(
    (await read(app, mine, session)).status,
    "expired",
    "a page that was only shown keeps nothing open",
  );
});

await eachEngine(
  t,
  "what becomes of a form that was taken past that step still counts",
  async (t, engine) => {
    const clock = { time: Date.now(), now: () => clock.time };
    const { app, mine, session } = await openSession(t, engine, {}, { clock });
    const say = (attempt: number, changes: Record<string, string>) =>
      signedBody(
        paidMessage(session, mine.live.gatewayMerchantId, {
          transactionUnique: `${session.id}-${attempt}`,
          ...changes,
        }),
        mine.live.secret,
      );
    await formBody(app, session.id);
    t.equal((await bring(app, session.id, say(1, { ...CANCELLED, transactionID: "1" }))).status, 303);
    t.equal(await attemptOf(app, session), 1, "nobody knows how many have that form");
    t.equal((await bring(app, session.id, say(1, { ...DECLINED, transactionID: "2" }))).status, 303);
    t.equal(await attemptOf(app, session), 2);
    clock.time += 25 * 3_600_000;
    t.equal((await callback(app, say(2, { transactionID: "3" }))).status, 200);
    t.match(await read(app, mine, session), { status: "complete", payment_status: "paid" });
    t.same(
      (await resultsOf(app, session)).map(({ outcome }) => outcome),
      ["cancelled", "declined", "completed"],
    );
  },
);

await onSqlite(
  t,
  "the form of one session goes out so often, and then no more for a while",
  async (t, engine) => {
    const config = testConfig(engine);
    const { liveKey } = await createTestMerchant(config);
    const app = await startTestApp(t, config);
    const create = async (): Promise<Session> =>
      (await app.call("POST", "/v1/checkout/sessions", liveKey, anOrder())).json;
    const [session, other] = [await create(), await create()];
    const form = await formBody(app, session.id);
    for (let sent = 0; sent < FORMS_OF_SESSION; sent++)
      t.equal((await sendForm(app, session.id, form)).status, 307);
    const refused = await sendForm(app, session.id, form);
    t.equal(refused.status, 429);
    t.equal(refused.headers.get("retry-after"), String(WINDOW_MS / 1000));
    t.same(await given(app, session), { forms: FORMS_OF_SESSION, pending: 1 });
    t.equal((await takeForm(app, other.id)).status, 307, "other sessions go on");
  },
);

t.test("an address presses in vain so often, and then waits", async (t) => {
  let now = 0;
  const limits = createFormLimits(() => now);
  for (let attempt = 0; attempt < 10_000; attempt++) limits.given(`cs_${attempt}`, "a school", false);
  t.ok(limits.mayGive("cs_x", "a school"), "first forms do not count: each took a merchant's key");
  for (let press = 0; press < PRESSES_OF_ADDRESS / 2; press++) {
    limits.wasted("a flood");
    limits.given(`cs_${press}`, "a flood", true);
  }
  t.notOk(limits.mayGive("cs_x", "a flood"));
  t.ok(limits.mayGive("cs_x", "a school"));
  t.ok(limits.mayGive("cs_x", undefined), "of those behind a trusted proxy nobody knows which is which");
  now += WINDOW_MS + 1;
  t.ok(limits.mayGive("cs_x", "a flood"));
});

/** How often the form of the session's current attempt went out, and how many attempts are pending. */
async function given(app: TestApp, { id }: Session): Promise<{ forms: number; pending: number }> {
  const query = async (sql: string): Promise<number> => Number((await app.db.manager.query(sql, [id]))[0].n);
  return {
    forms: await query("SELECT forms_given AS n FROM checkout_session WHERE id = ?"),
    pending: await query("SELECT count(*) AS n FROM pending_attempt WHERE target_id = ?"),
  };
}
