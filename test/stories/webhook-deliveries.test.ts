import t from "tap";

import { eachEngine, until } from "../support/database.js";
import { anOrder } from "../support/orders.js";
import { receivedBy, startReceiver } from "../support/receiver.js";
import { openCardPage } from "../support/reconciliation.js";
import { verifyWithEach } from "../support/verify-webhook.js";
import { openWebhookScene, untilDelivery, untilNumbered } from "../support/webhooks.js";

const HOUR = 60 * 60 * 1000;

await eachEngine(
  t,
  "a paid session is told within a second, verified by every library",
  async (t, engine) => {
    const receiver = await startReceiver(t);
    const scene = await openWebhookScene(t, engine);
    const { call, endpointAt } = scene;
    const endpoint = await endpointAt(`${receiver.url}/hook`, {
      enabled_events: ["checkout.session.completed"],
    });
    const { json: session } = await call("POST", "checkout/sessions", anOrder());
    await (await openCardPage({ session })).pay({});
    const paidAt = Date.now();
    const request = await receivedBy(receiver, 0);
    t.ok(request.at - paidAt < 1_000, `${request.at - paidAt} ms`);
    verifyWithEach(request, endpoint.secret);
    const changed = { ...request, body: request.body.replace("complete", "expired ") };
    t.throws(() => verifyWithEach(changed, endpoint.secret));
    t.match(request.headers, {
      "content-type": "application/json",
      "user-agent": "CalmonyPay/1.0 (+webhooks)",
    });
    const event = JSON.parse(request.body);
    t.match(event, {
      object: "event",
      type: "checkout.session.completed",
      pending_webhooks: 1,
      livemode: false,
    });
    t.equal(request.headers["webhook-id"], event.id);
    t.same(event.data.object, (await call("GET", `checkout/sessions/${session.id}`)).json);
    const delivery = await untilDelivery(
      scene,
      endpoint,
      "it is recorded",
      ({ status }) => status === "succeeded",
    );
    t.match(delivery, { event: event.id, attempt_count: 1, next_attempt_at: null });
    t.match(delivery.attempts, [{ http_status: 200, error: null, response_body: "thanks" }]);
    t.equal(receiver.received.length, 1, "once");
  },
);

await eachEngine(
  t,
  "each attempt sends the same bytes under the same id, signed with its own time",
  async (t, engine) => {
    const receiver = await startReceiver(t);
    const scene = await openWebhookScene(t, engine);
    const endpoint = await scene.endpointAt(receiver.url);
    receiver.answer = (response) => response.writeHead(500).end("not now");
    await scene.makeEvent();
    const failed = await untilDelivery(
      scene,
      endpoint,
      "the first attempt fails",
      (one) => one.attempt_count === 1,
    );
    t.match(failed, {
      status: "pending",
      attempts: [{ http_status: 500, error: /status 500/, response_body: "not now" }],
    });
    t.ok(failed.next_attempt_at !== null);
    const { id } = (await scene.call("GET", `webhook_endpoints/${endpoint.id}`)).json;
    t.type((await scene.call("GET", `webhook_endpoints/${id}`)).json.failing_since, "number");
    const rolled = (await scene.call("POST", `webhook_endpoints/${id}/roll_secret`, {})).json;
    receiver.answer = (response) => response.writeHead(204).end();
    scene.forward(HOUR);
    await untilDelivery(scene, endpoint, "an hour later it is received", (one) => one.status === "succeeded");
    const [first, second, ...more] = receiver.received;
    if (first === undefined || second === undefined) throw new Error("two attempts were made");
    t.same(more, []);
    t.equal(second.body, first.body);
    t.equal(second.headers["webhook-id"], first.headers["webhook-id"]);
    for (const secret of [endpoint.secret, rolled.secret]) verifyWithEach(second, secret, second.at + HOUR);
    t.throws(() => verifyWithEach(first, rolled.secret, first.at), "the first one knew the old secret alone");
    const shown = (await scene.call("GET", `webhook_endpoints/${id}`)).json;
    t.equal(shown.failing_since, null);
    scene.forward(25 * HOUR);
    await scene.makeEvent();
    const third = await receivedBy(receiver, 2);
    verifyWithEach(third, rolled.secret, third.at + 26 * HOUR);
    t.throws(() => verifyWithEach(third, endpoint.secret, third.at + 26 * HOUR), "the overlap is over");
  },
);

await eachEngine(
  t,
  "Retry-After postpones, redirects fail, and after ten attempts it is over",
  async (t, engine) => {
    const receiver = await startReceiver(t);
    const scene = await openWebhookScene(t, engine);
    const endpoint = await scene.endpointAt(receiver.url);
    receiver.answer = (response) => response.writeHead(503, { "retry-after": "7200" }).end();
    const before = Date.now() / 1000;
    await scene.makeEvent();
    const postponed = await untilDelivery(
      scene,
      endpoint,
      "it is postponed",
      (one) => one.attempt_count === 1,
    );
    t.ok((postponed.next_attempt_at ?? 0) >= Math.floor(before) + 7200);
    receiver.answer = (response) => response.writeHead(307, { location: `${receiver.url}/other` }).end();
    for (let attempt = 2; attempt <= 10; attempt++) {
      scene.forward(27 * HOUR);
      await untilDelivery(scene, endpoint, `attempt ${attempt}`, (one) => one.attempt_count === attempt);
      // Otherwise five days of failures would disable it before.
      await scene.call("POST", `webhook_endpoints/${endpoint.id}`, { url: `${receiver.url}/${attempt}` });
    }
    const [failed] = await scene.deliveriesTo(endpoint);
    t.match(failed, {
      status: "failed",
      next_attempt_at: null,
      attempts: [{ error: /redirects are not followed/ }],
    });
    t.notOk(receiver.received.some(({ path }) => path === "/other"));
    receiver.answer = (response) => response.end();
    const resent = await scene.call("POST", `webhook_deliveries/${failed?.id}/resend`, {});
    t.equal(resent.status, 200, resent.text);
    await untilDelivery(scene, endpoint, "sent again it is received", (one) => one.status === "succeeded");
    t.equal(new Set(receiver.received.map(({ body }) => body)).size, 1, "the same bytes to the end");
  },
);

await eachEngine(
  t,
  "an endpoint that answers 410 is disabled at once, which an event tells",
  async (t, engine) => {
    const [gone, other] = [await startReceiver(t), await startReceiver(t)];
    const scene = await openWebhookScene(t, engine);
    const endpoint = await scene.endpointAt(gone.url);
    await scene.endpointAt(other.url, { enabled_events: ["webhook_endpoint.*"] });
    gone.answer = (response) => response.writeHead(410).end();
    await scene.makeEvent();
    const told = await receivedBy(other, 0);
    const event = JSON.parse(told.body);
    t.match(event, { type: "webhook_endpoint.disabled", request: null });
    t.match(event.data.object, {
      id: endpoint.id,
      status: "disabled",
      disabled_reason: "gone",
      secret: null,
    });
    await untilDelivery(scene, endpoint, "what waits is canceled", (one) => one.status === "canceled");
    await scene.makeEvent();
    t.equal((await scene.deliveriesTo(endpoint)).length, 1, "nothing more is sent to it");
  },
);

await eachEngine(
  t,
  "an endpoint that has failed for five days is disabled, and recovers what it missed",
  async (t, engine) => {
    const receiver = await startReceiver(t);
    const scene = await openWebhookScene(t, engine);
    const endpoint = await scene.endpointAt(receiver.url, { enabled_events: ["customer.*"] });
    receiver.answer = (response) => response.writeHead(500).end();
    const since = Math.floor(Date.now() / 1000) - 60;
    await scene.makeEvent();
    await untilDelivery(scene, endpoint, "it fails", (one) => one.attempt_count === 1);
    scene.forward(5 * 24 * HOUR + 1000);
    const path = `webhook_endpoints/${endpoint.id}`;
    await until(
      "it is disabled",
      async () => (await scene.call("GET", path)).json.disabled_reason === "failing",
    );
    await untilDelivery(scene, endpoint, "what waits is canceled", (one) => one.status === "canceled");
    await scene.makeEvent();
    // If it were numbered only after the endpoint is enabled again, it would be sent without being asked for.
    await untilNumbered(scene.app);
    t.equal(
      (await scene.call("POST", `${path}/recover`, { since })).json.error.code,
      "webhook_endpoint_disabled",
    );
    receiver.answer = (response) => response.end();
    await scene.call("POST", path, { disabled: false });
    const recovered = await scene.call("POST", `${path}/recover`, { since });
    t.equal(recovered.json.recovered, 2, recovered.text);
    await until("both are received", async () =>
      (await scene.deliveriesTo(endpoint)).every(({ status }) => status === "succeeded"),
    );
    t.equal((await scene.call("POST", `${path}/recover`, { since })).json.recovered, 0, "nothing is left");
  },
);

await eachEngine(
  t,
  "a test event goes to its endpoint alone, and deleting stops everything",
  async (t, engine) => {
    const [mine, other] = [await startReceiver(t), await startReceiver(t)];
    const scene = await openWebhookScene(t, engine);
    const endpoint = await scene.endpointAt(mine.url, { enabled_events: ["refund.*"] });
    await scene.endpointAt(other.url);
    const sent = await scene.call("POST", `webhook_endpoints/${endpoint.id}/send_test_event`, {});
    t.match(sent.json, {
      object: "event",
      type: "webhook_endpoint.test",
      data: { object: { id: endpoint.id } },
    });
    const request = await receivedBy(mine, 0);
    verifyWithEach(request, endpoint.secret);
    t.equal(JSON.parse(request.body).id, sent.json.id);
    mine.answer = (response) => response.writeHead(500).end();
    await scene.call("POST", `webhook_endpoints/${endpoint.id}/send_test_event`, {});
    await untilDelivery(
      scene,
      endpoint,
      "one waits",
      (one) => one.status === "pending" && one.attempt_count === 1,
    );
    await scene.call("DELETE", `webhook_endpoints/${endpoint.id}`);
    const left = await scene.deliveriesTo(endpoint);
    t.same(
      left.map(({ status }) => status),
      ["canceled", "succeeded"],
    );
    const [canceled] = left;
    const again = await scene.call("POST", `webhook_deliveries/${canceled?.id}/resend`, {});
    t.equal(again.json.error.code, "webhook_endpoint_disabled");
    t.same(other.received, []);
  },
);
