import t from "tap";

import { environmentOf, run, runJson } from "../support/command.js";
import { eachEngine, until } from "../support/database.js";
import { openLedger } from "../support/ledger-gateway.js";

const DAY = 24 * 3_600_000;

await eachEngine(t, "a person ends an unresolved settlement, once and with a reason", async (t, engine) => {
  const story = await openLedger(t, engine);
  const paid = await story.pay("captured");
  const env = environmentOf(story.config);
  const resolve = ["settlements", "resolve", paid.payment, "--as", "rejected"];
  const why = ["--note", "Canceled in the gateway's console"];
  t.match(await run(env, [...resolve, ...why]), { code: 1, stderr: /is not unresolved/ }, "it is pending");
  Object.assign(paid.sale, { state: "canceled", kept: 0 });
  story.clock.ahead += DAY;
  const listed = () => runJson(env, ["settlements", "unresolved"]);
  const read = async () => (await story.read(`/v1/payment_intents/${paid.payment}`)) as Payment;
  await until("it is unresolved", async () => (await read()).settlement.status === "unresolved");
  t.match(await listed(), { data: [{ payment_intent: paid.payment, why: "amount_mismatch" }] });
  t.match(await run(env, resolve), { code: 1, stderr: /--note/ });
  t.match(await run(env, ["settlements", "resolve", "pi_none", "--as", "accepted", ...why]), { code: 1 });
  t.match(await read(), { amount_received: 2999, settlement: { status: "unresolved" } });
  t.match(await runJson(env, [...resolve, ...why]), { settlement: "rejected" });
  t.match(await read(), { amount_received: 0, settlement: { status: "rejected" } });
  const session = await story.read(`/v1/checkout/sessions/${paid.message["orderRef"]}`);
  t.match(session, { status: "complete", payment_status: "unpaid", amount_received: 0 });
  const rows: { type: string }[] = await story.app.db.manager.query("SELECT type FROM event");
  const types = rows.map(({ type }) => type);
  for (const type of ["payment_intent.settlement_rejected", "checkout.session.async_payment_failed"]) {
    t.equal(types.filter((one) => one === type).length, 1, type);
  }
  t.same(await listed(), { data: [] });
  t.match(await run(env, [...resolve, ...why]), { code: 1, stderr: /is not unresolved/ });
});

interface Payment {
  readonly settlement: { readonly status: string };
}
