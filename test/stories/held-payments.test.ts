import t from "tap";

import { createTestMerchant, startTestApp, testConfig } from "../support/app.js";
import { environmentOf, run, runJson } from "../support/command.js";
import { eachEngine, until } from "../support/database.js";
import { paidMessage, signedBody } from "../support/gateway.js";
import { HELD, holdPayment, resolve } from "../support/held.js";
import { anOrder } from "../support/orders.js";
import { COMPLETION_EVENTS, attemptOf, callback, read, stored, type Session } from "../support/results.js";

await eachEngine(t, "a held payment is seen by its own merchant in its own mode only", async (t, engine) => {
  const { app, mine, other, id } = await holdPayment(t, engine);
  for (const key of [other.liveKey, mine.testKey]) {
    const missing = { status: 404, json: { error: { code: "resource_missing", param: "id" } } };
    t.match(await app.call("GET", `${HELD}/${id}`, key), missing);
    t.match(await app.call("POST", `${HELD}/${id}/resolve`, key, { resolution: "accept" }), missing);
    t.same((await app.call("GET", HELD, key)).json.data, []);
    t.match(await app.call("GET", `${HELD}?starting_after=${id}`, key), { status: 400 });
  }
  t.equal((await app.call("GET", HELD, undefined)).status, 401);
});

await eachEngine(t, "a decision that is none is refused, and changes nothing", async (t, engine) => {
  const story = await holdPayment(t, engine, { amountReceived: undefined, xref: undefined });
  const wrong: [object, string, string][] = [
    [{}, "parameter_missing", "resolution"],
    [{ resolution: "forget" }, "parameter_invalid", "resolution"],
    [{ resolution: "dismiss" }, "parameter_missing", "note"],
    [{ resolution: "dismiss", note: "n".repeat(1001) }, "parameter_invalid", "note"],
    [{ resolution: "accept" }, "resolution_not_possible", "resolution"],
    [{ resolution: "return" }, "resolution_not_possible", "resolution"],
  ];
  for (const [body, code, param] of wrong) {
    const answer = await resolve(story, body);
    t.match(answer, { status: 400, json: { error: { code, param } } }, JSON.stringify(body));
  }
  t.match((await story.app.call("GET", HELD, story.mine.liveKey)).json.data, [{ resolution: null }]);
  t.same((await stored(story.app)).events, ["held_payment.created"]);
});

await eachEngine(t, "a held payment says what it is and what can be done about it", async (t, engine) => {
  const { app, mine, session, message, id } = await holdPayment(t, engine);
  const { json } = await app.call("GET", `${HELD}/${id}`, mine.liveKey);
  t.match(json, {
    id: /^gr_/,
    object: "held_payment",
    livemode: true,
    checkout_session: session.id,
    reason: "amount_mismatch",
    description: /amount/,
    amount: 2999,
    amount_received: 1500,
    currency: "gbp",
    gateway_transaction: message["transactionID"],
    possible_resolutions: ["accept", "return", "dismiss"],
    resolution: null,
    note: null,
    resolved_at: null,
  });
});

await eachEngine(
  t,
  "an accepted payment completes its session with what was received, once and for good",
  async (t, engine) => {
    const story = await holdPayment(t, engine);
    const { app, mine, session } = story;
    const first = await resolve(story, { resolution: "accept", note: "fine" }, { "idempotency-key": "a" });
    t.match(first, { status: 200, json: { resolution: "accept", note: "fine", possible_resolutions: [] } });
    t.match(await read(app, mine, session), {
      status: "complete",
      payment_status: "partially_paid",
      amount_total: 2999,
    });
    const again = await resolve(story, { resolution: "accept", note: "fine" }, { "idempotency-key": "a" });
    t.equal(again.text, first.text);
    t.equal(again.headers.get("idempotent-replayed"), "true");
    for (const resolution of ["accept", "return", "dismiss"]) {
      const late = await resolve(story, { resolution, note: "no" });
      t.match(late, { status: 400, json: { error: { code: "held_payment_resolved" } } });
    }
    const [intent] = await app.db.manager.query("SELECT * FROM payment_intent");
    t.match([Number(intent.amount), intent.currency, intent.status], [1500, "gbp", "succeeded"]);
    const [method] = await app.db.manager.query("SELECT * FROM payment_method");
    t.match(method, { brand: "visa", last4: "0821" });
    t.match(await stored(app), {
      intents: 1,
      events: ["held_payment.created", ...COMPLETION_EVENTS, "held_payment.accepted"],
    });
    t.equal(story.gateway.requests.length, 0, "the gateway has no part in it");
  },
);

await eachEngine(t, "callers who accept at once complete one session once", async (t, engine) => {
  const story = await holdPayment(t, engine);
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => resolve(story, { resolution: "accept" })),
  );
  t.equal(answers.filter(({ status }) => status === 200).length, 1);
  t.equal(answers.filter(({ json }) => json.error?.code === "held_payment_resolved").length, 7);
  t.match(await stored(story.app), { intents: 1, methods: 1 });
});

await eachEngine(
  t,
  "an expired session that is paid by an accepted payment is marked late",
  async (t, engine) => {
    const clock = { time: Date.now(), now: () => clock.time };
    const story = await holdPayment(t, engine, { amountReceived: "1500" }, { clock });
    clock.time += 25 * 3_600_000;
    t.equal((await read(story.app, story.mine, story.session)).status, "expired");
    t.equal((await resolve(story, { resolution: "accept" })).status, 200);
    const [row] = await story.app.db.manager.query("SELECT status, completed_late FROM checkout_session");
    t.match([row.status, Number(row.completed_late)], ["complete", 1]);
  },
);

await eachEngine(
  t,
  "a duplicate, and a payment of no session, are only marked accepted",
  async (t, engine) => {
    const config = testConfig(engine);
    const mine = await createTestMerchant(config);
    const app = await startTestApp(t, config);
    const { json } = await app.call("POST", "/v1/checkout/sessions", mine.liveKey, anOrder());
    const session = json as Session;
    const lost = { id: "cs_0lost", amount_total: 2999 };
    for (const paid of [session, session, lost]) {
      await callback(app, signedBody(paidMessage(paid, mine.live.gatewayMerchantId), mine.live.secret));
    }
    const before = await read(app, mine, session);
    const { data } = (await app.call("GET", HELD, mine.liveKey)).json;
    t.match(data, [
      { reason: "session_unknown", checkout_session: null },
      { reason: "duplicate", checkout_session: session.id },
    ]);
    for (const { id } of data) {
      t.match(await resolve({ app, mine, id }, { resolution: "accept" }), { status: 200 });
    }
    t.same(await read(app, mine, session), before);
    t.equal((await stored(app)).intents, 1);
  },
);

await eachEngine(
  t,
  "a dismissed payment leaves its session as it is, and lets it be paid",
  async (t, engine) => {
    const story = await holdPayment(t, engine);
    const { app, mine, session } = story;
    t.match((await app.call("GET", `/pay/${session.id}`, undefined)).text, /has to look at/);
    const note = "refunded by hand — J. Smith";
    t.match(await resolve(story, { resolution: "dismiss", note }), { status: 200, json: { note } });
    t.equal((await read(app, mine, session)).status, "open");
    t.equal(await attemptOf(app, session), 1, "nobody knows that the attempt has failed");
    t.notMatch((await app.call("GET", `/pay/${session.id}`, undefined)).text, /has to look at/);
    t.same((await stored(app)).events, ["held_payment.created", "held_payment.dismissed"]);
  },
);

await eachEngine(t, "held payments are listed newest first, in pages, resolved or not", async (t, engine) => {
  const story = await holdPayment(t, engine);
  const { app, mine, session } = story;
  for (let more = 0; more < 4; more++) {
    const message = paidMessage(session, mine.live.gatewayMerchantId, { amount: "1" });
    await callback(app, signedBody(message, mine.live.secret));
  }
  const list = async (query: string) => (await app.call("GET", `${HELD}?${query}`, mine.liveKey)).json;
  const ids = (await list("")).data.map(({ id }: { id: string }) => id);
  t.equal(ids.length, 5);
  t.equal(ids[4], story.id);
  const idsIn = async (query: string) => {
    const { data, has_more } = await list(query);
    return [data.map(({ id }: { id: string }) => ids.indexOf(id)), has_more];
  };
  t.same(await idsIn("limit=2"), [[0, 1], true]);
  t.same(await idsIn(`limit=2&starting_after=${ids[1]}`), [[2, 3], true]);
  t.same(await idsIn(`limit=2&starting_after=${ids[3]}`), [[4], false]);
  t.same(await idsIn(`limit=2&ending_before=${ids[3]}`), [[1, 2], true]);
  await resolve({ app, mine, id: ids[2] }, { resolution: "dismiss", note: "seen" });
  t.same(await idsIn("resolved=true"), [[2], false]);
  t.same(await idsIn("resolved=false"), [[0, 1, 3, 4], false]);
});

await eachEngine(
  t,
  "the operator sees and resolves the held payments of all merchants",
  async (t, engine) => {
    const { app, config, mine, other, id } = await holdPayment(t, engine);
    const lost = paidMessage({ id: "cs_0lost", amount_total: 2999 }, other.live.gatewayMerchantId);
    await callback(app, signedBody(lost, other.live.secret));
    const env = environmentOf(config);
    const listed = (await runJson(env, ["held", "list"]))["data"] as unknown as Record<string, string>[];
    t.match(listed, [
      { id, merchant: mine.id, mode: "live", reason: "amount_mismatch", received: "15.00 GBP" },
      { merchant: other.id, reason: "session_unknown", possible: "accept, return, dismiss" },
    ]);
    const command = ["held", "resolve", id, "--resolution", "dismiss"];
    t.match(await run(env, command), { code: 1, stderr: /--note: .*needs one/ });
    t.match(await run(env, ["held", "resolve", "gr_nobody", "--resolution", "accept"]), { code: 1 });
    t.match(await runJson(env, [...command, "--note", "seen"]), { id, resolution: "dismiss", note: "seen" });
    t.match(await run(env, ["held", "list"]), { code: 0, stdout: /session_unknown/ });
    t.notMatch((await run(env, ["held", "list"])).stdout, new RegExp(id));
    t.match((await run(env, ["held", "list", "--all"])).stdout, new RegExp(id));
  },
);

await eachEngine(t, "results, held payments and resolutions are counted", async (t, engine) => {
  const config = testConfig(engine, { metricsPort: 0 });
  const mine = await createTestMerchant(config);
  const app = await startTestApp(t, config);
  const { json } = await app.call("POST", "/v1/checkout/sessions", mine.liveKey, anOrder());
  const bodies = [{}, {}, { responseCode: "5", responseStatus: "1" }].map((changes) =>
    signedBody(paidMessage(json as Session, mine.live.gatewayMerchantId, changes), mine.live.secret),
  );
  for (const body of [...bodies, ...bodies]) await callback(app, body);
  const [{ id }] = (await app.call("GET", HELD, mine.liveKey)).json.data;
  const metrics = async () => await (await fetch(app.urls.metrics ?? "")).text();
  t.match(await metrics(), /^calmonypay_held_payments_unresolved 1$/m);
  await resolve({ app, mine, id }, { resolution: "accept" });
  // The text is written once for all that ask within a moment.
  const text = await until("the resolution is counted", async () => {
    const now = await metrics();
    return /^calmonypay_held_payments_unresolved 0$/m.test(now) && now;
  });
  t.match(text, /^calmonypay_gateway_results_total\{outcome="completed",reason=""\} 1$/m);
  t.match(text, /^calmonypay_gateway_results_total\{outcome="held",reason="duplicate"\} 1$/m);
  t.match(text, /^calmonypay_gateway_results_total\{outcome="declined",reason=""\} 1$/m);
  t.match(text, /^calmonypay_fast_completion_misses_total\{why="held"\} 2$/m, "once for each message");
  t.match(text, /^calmonypay_fast_completion_misses_total\{why="stored before"\} 0$/m);
  t.match(text, /^calmonypay_held_payment_resolutions_total\{resolution="accept"\} 1$/m);
});
