import t from "tap";

import { eachEngine, onSqlite } from "../support/database.js";
import { paidMessage, signedBody } from "../support/gateway.js";
import { connect } from "../support/grpc.js";
import { callback, openSession } from "../support/results.js";

const SESSIONS = "/v1/checkout/sessions";
const DECLINED = { responseCode: "51", responseStatus: "1", state: "declined", amountReceived: "0" };

await eachEngine(
  t,
  "attempts are read by their merchant only, and a page after the other",
  async (t, engine) => {
    const { app, mine, other, session } = await openSession(t, engine);
    const path = `${SESSIONS}/${session.id}/attempts`;
    for (const key of [other.liveKey, mine.testKey]) t.equal((await app.call("GET", path, key)).status, 404);
    t.match(await app.call("GET", `${path}?starting_after=gr_none`, mine.liveKey), {
      status: 400,
      json: { error: { param: "starting_after" } },
    });
    t.same((await app.call("GET", path, mine.liveKey)).json, {
      object: "list",
      data: [],
      has_more: false,
      url: path,
    });
    for (const transactionID of ["1", "2", "3"]) {
      const message = paidMessage(session, mine.live.gatewayMerchantId, { ...DECLINED, transactionID });
      await callback(app, signedBody(message, mine.live.secret));
    }
    const list = async (query: string) => (await app.call("GET", `${path}?${query}`, mine.liveKey)).json;
    const all = (await list("limit=100")).data as { id: string }[];
    t.equal(all.length, 3);
    const page = await list(`limit=1&starting_after=${all[0]?.id}`);
    t.same(page, { object: "list", data: [all[1]], has_more: true, url: path });
    t.same((await list(`limit=5&ending_before=${all[2]?.id}`)).data, all.slice(0, 2));
  },
);

await eachEngine(
  t,
  "that money was taken stays on record, whatever is said of the transaction later",
  async (t, engine) => {
    const { app, mine, session } = await openSession(t, engine);
    const say = async (changes: Record<string, string>) => {
      const message = paidMessage(session, mine.live.gatewayMerchantId, changes);
      await callback(app, signedBody(message, mine.live.secret));
    };
    const unknown = { responseCode: "65539", responseStatus: "2", state: "", amountReceived: "0" };
    const attempts = async () =>
      (await app.call("GET", `${SESSIONS}/${session.id}/attempts`, mine.liveKey)).json.data;
    await say({ ...unknown, transactionID: "1" });
    t.match(await attempts(), [{ outcome: "unknown", decline_code: null }], "nobody has declined");
    await say({ amountReceived: "1500", transactionID: "1" });
    for (const later of [DECLINED, { ...unknown, responseCode: "65576" }]) {
      await say({ ...later, transactionID: "1" });
      t.match(await attempts(), [{ outcome: "held", amount_received: 1500, decline_code: null }]);
    }
    await say({ transactionID: "2" });
    for (const later of [DECLINED, { amountReceived: "1" }]) {
      await say({ ...later, transactionID: "2" });
      t.match(await attempts(), [{ outcome: "succeeded", amount_received: 2999 }, { outcome: "held" }]);
    }
    t.match((await app.call("GET", `${SESSIONS}/${session.id}`, mine.liveKey)).json, {
      status: "complete",
      payment_status: "paid",
      amount_received: 2999,
    });
  },
);

await onSqlite(t, "over gRPC the attempts are the same", async (t, engine) => {
  const { app, mine, session } = await openSession(t, engine);
  const message = paidMessage(session, mine.live.gatewayMerchantId, DECLINED);
  await callback(app, signedBody(message, mine.live.secret));
  const client = await connect(app.urls.grpc, { service: "CheckoutService" });
  t.teardown(() => client.close());
  const { answer } = await client.call("listCheckoutSessionAttempts", { id: session.id }, mine.liveKey);
  const { json } = await app.call("GET", `${SESSIONS}/${session.id}/attempts`, mine.liveKey);
  t.match(answer, {
    data: [
      {
        id: json.data[0].id,
        outcome: "CHECKOUT_SESSION_ATTEMPT_OUTCOME_DECLINED",
        decline_code: "insufficient_funds",
        attempt_number: "1",
      },
    ],
  });
});

await eachEngine(
  t,
  "of two transactions of one form, the one in progress may pay once, and is held beside another payment",
  async (t, engine) => {
    const { app, mine, session } = await openSession(t, engine);
    const say = async (transactionID: string, attempt: number, changes: Record<string, string> = {}) => {
      const transactionUnique = `${session.id}-${attempt}`;
      const said = { transactionID, xref: `X${transactionID}`, transactionUnique, ...changes };
      await callback(
        app,
        signedBody(paidMessage(session, mine.live.gatewayMerchantId, said), mine.live.secret),
      );
    };
    const read = async () => (await app.call("GET", `${SESSIONS}/${session.id}`, mine.liveKey)).json;
    await say("1", 1, { responseCode: "65536", responseStatus: "2", state: "received", amountReceived: "0" });
    t.match(await read(), { status: "open", payment_status: "processing" });
    await say("2", 1, DECLINED);
    t.match(await read(), { status: "open", payment_status: "unpaid" }, "the next attempt is not in doubt");
    await say("3", 2);
    t.match(await read(), { status: "complete", payment_status: "paid", amount_received: 2999 });
    await say("1", 1);
    t.match(await read(), { payment_status: "paid", amount_received: 2999 }, "recorded once");
    const { data } = (await app.call("GET", "/v1/held_payments", mine.liveKey)).json;
    t.match(data, [{ reason: "duplicate", amount_received: 2999, checkout_session: session.id }]);
  },
);
