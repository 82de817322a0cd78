import { once } from "node:events";
import { connect } from "node:net";

import t from "tap";

import { eachEngine } from "../support/database.js";
import { paidMessage, signedBody, signMessage } from "../support/gateway.js";
import { anOrder } from "../support/orders.js";
import { bring, callback, openSession, partial, read, stored } from "../support/results.js";

await eachEngine(
  t,
  "a result that its session's account did not sign in full is refused",
  async (t, engine) => {
    const { app, mine, other, session } = await openSession(t, engine);
    const paid = paidMessage(session, mine.live.gatewayMerchantId);
    const full = signMessage(paid, mine.live.secret);
    const forged: Record<string, string> = {
      "no signature": new URLSearchParams(paid).toString(),
      "an empty signature": new URLSearchParams({ ...paid, signature: "" }).toString(),
      "the signature of another amount": new URLSearchParams({
        ...paid,
        amount: "1",
        signature: full,
      }).toString(),
      "a field added": new URLSearchParams({ ...paid, extra: "1", signature: full }).toString(),
      "a field given twice": `${signedBody(paid, mine.live.secret)}&responseCode=0`,
      "another merchant's secret": signedBody(paid, other.live.secret),
      "another merchant's id and secret": signedBody({ ...paid, merchantID: "777" }, other.live.secret),
      "another gateway account's id": signedBody({ ...paid, merchantID: "777" }, mine.live.secret),
      "a partial signature": new URLSearchParams({
        ...paid,
        signature: partial(paid, mine.live.secret),
      }).toString(),
      "no result": signedBody({ ...paid, responseCode: "" }, mine.live.secret),
      "a broken escape": `${signedBody(paid, mine.live.secret)}&x=%E0%A4%A`,
      nothing: "",
    };
    for (const [what, body] of Object.entries(forged)) {
      t.equal((await callback(app, body)).status, 400, what);
    }
    t.same(await stored(app), { results: [], intents: 0, methods: 0, events: [] });
    t.equal(
      app.logged.filter((line) => line.includes("gateway message refused")).length,
      Object.keys(forged).length,
    );
    t.equal((await read(app, mine, session)).status, "open");
    t.equal(
      (await callback(app, signedBody(paid, mine.live.secret))).status,
      200,
      "the real one still completes",
    );
    t.equal((await read(app, mine, session)).status, "complete");
  },
);

await eachEngine(t, "a result posted to another session's return page is refused", async (t, engine) => {
  const { app, mine, session } = await openSession(t, engine);
  const { json: second } = await app.call("POST", "/v1/checkout/sessions", mine.liveKey, anOrder());
  const body = signedBody(paidMessage(session, mine.live.gatewayMerchantId), mine.live.secret);
  const refused = await bring(app, second.id, body);
  t.equal(refused.status, 400);
  t.same(await stored(app), { results: [], intents: 0, methods: 0, events: [] });
  t.equal(
    (await bring(app, session.id, body)).headers.get("location"),
    "https://yourapp.com/checkout/success",
  );
});

await eachEngine(t, "a sender that goes away before its message is whole is no error", async (t, engine) => {
  const { app, session } = await openSession(t, engine);
  const paths = [
    "/callbacks/cardstream",
    `/pay/${session.id}`,
    `/pay/${session.id}/return`,
    "/sandbox/hosted/",
  ];
  for (const path of paths) {
    const socket = connect(app.urls.port, "127.0.0.1");
    socket.end(`POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nabc`);
    socket.resume();
    await once(socket, "close");
  }
  await app.call("GET", `/pay/${session.id}`, undefined);
  t.same(
    app.logged.filter((line) => Number(JSON.parse(line).level) >= 40),
    [],
  );
});
