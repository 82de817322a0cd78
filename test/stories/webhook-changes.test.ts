import type { ServerResponse } from "node:http";

import t from "tap";

import { inTransaction } from "../../src/db/transaction.js";
import { eachEngine, until } from "../support/database.js";
import { receivedBy, type Receiver, startReceiver } from "../support/receiver.js";
import { verifyWithEach } from "../support/verify-webhook.js";
import { openWebhookScene, untilDelivery } from "../support/webhooks.js";

// What a merchant changes while events are on their way, or asks for at odd times.

const HOUR = 60 * 60 * 1000;
const DAY_SECONDS = 86_400;

/** Has a receiver keep its answers back: each is given on demand. */
function keepBack(receiver: Receiver): (status: number) => void {
  const kept: ServerResponse[] = [];
  receiver.answer = (response) => void kept.push(response);
  return (status) => kept.shift()?.writeHead(status).end();
}

const CHANGES: Record<string, { readonly method: string; readonly body?: object }> = {
  disabled: { method: "POST", body: { disabled: true } },
  deleted: { method: "DELETE" },
};

for (const [how, { method, body }] of Object.entries(CHANGES)) {
  await eachEngine(
    t,
    `what is received while its endpoint is ${how} counts as received, and what fails as canceled`,
    async (t, engine) => {
      const receiver = await startReceiver(t);
      const scene = await openWebhookScene(t, engine);
      for (const [status, left] of [
        [200, { status: "succeeded", attempt_count: 1, next_attempt_at: null }],
        [500, { status: "canceled", attempt_count: 1, next_attempt_at: null }],
      ] as const) {
        const answer = keepBack(receiver);
        const endpoint = await scene.endpointAt(receiver.url);
        const before = receiver.received.length;
        await scene.makeEvent();
        await receivedBy(receiver, before);
        t.equal((await scene.call(method, `webhook_endpoints/${endpoint.id}`, body)).status, 200);
        await untilDelivery(scene, endpoint, "it is canceled", (one) => one.status === "canceled");
        answer(status);
        const one = await untilDelivery(scene, endpoint, "it is recorded", (it) => it.attempt_count > 0);
        t.match(one, { ...left, attempts: [{ http_status: status }] });
        t.equal(receiver.received.length, before + 1, "once");
      }
    },
  );
}

await eachEngine(
  t,
  "what is sent again while an attempt is under way is sent again, and both attempts count",
  async (t, engine) => {
    const receiver = await startReceiver(t);
    const scene = await openWebhookScene(t, engine);
    const answer = keepBack(receiver);
    const endpoint = await scene.endpointAt(receiver.url);
    await scene.makeEvent();
    await receivedBy(receiver, 0);
    const [delivery] = await scene.deliveriesTo(endpoint);
    t.equal((await scene.call("POST", `webhook_deliveries/${delivery?.id}/resend`, {})).status, 200);
    await receivedBy(receiver, 1);
    answer(200);
    await untilDelivery(scene, endpoint, "the first is recorded", (it) => it.attempt_count === 1);
    answer(204);
    const done = await untilDelivery(scene, endpoint, "the second is", (it) => it.attempt_count === 2);
    t.match(done, { status: "succeeded", next_attempt_at: null, attempts: [{}, {}] });
    t.equal(new Set(receiver.received.map(({ body }) => body)).size, 1);
  },
);

await eachEngine(
  t,
  "secrets that are rolled again and again each count for the time that was promised",
  async (t, engine) => {
    const receiver = await startReceiver(t);
    const scene = await openWebhookScene(t, engine);
    const endpoint = await scene.endpointAt(receiver.url);
    const path = `webhook_endpoints/${endpoint.id}/roll_secret`;
    const roll = async (overlap_seconds: number): Promise<string> =>
      (await scene.call("POST", path, { overlap_seconds })).json.secret as string;
    const request = async () => {
      const number = receiver.received.length;
      await scene.makeEvent();
      return await receivedBy(receiver, number);
    };
    const second = await roll(7 * DAY_SECONDS);
    const third = await roll(DAY_SECONDS);
    const first = await request();
    for (const secret of [endpoint.secret, second, third]) verifyWithEach(first, secret);
    const { json } = await scene.call("GET", `webhook_endpoints/${endpoint.id}`);
    t.ok(
      json.previous_secret_expires_at > Date.now() / 1000 + 6 * DAY_SECONDS,
      "that of the longest overlap",
    );
    scene.forward(25 * HOUR);
    const later = await request();
    for (const secret of [endpoint.secret, third]) verifyWithEach(later, secret, later.at + 25 * HOUR);
    t.throws(() => verifyWithEach(later, second, later.at + 25 * HOUR), "its day is over");
    for (let times = 0; times < 6; times++) await roll(DAY_SECONDS);
    t.equal(
      (await request()).headers["webhook-signature"]?.split(" ").length,
      5,
      "the newest and four before",
    );
    const leaked = await roll(0);
    const last = await request();
    verifyWithEach(last, leaked, last.at + 25 * HOUR);
    t.equal(
      last.headers["webhook-signature"]?.split(" ").length,
      1,
      "without an overlap none but the newest",
    );
  },
);

await eachEngine(
  t,
  "what is asked for at odd times is answered: a future that has nothing, a past that is no longer kept",
  async (t, engine) => {
    const receiver = await startReceiver(t);
    const scene = await openWebhookScene(t, engine);
    const endpoint = await scene.endpointAt(receiver.url);
    await scene.makeEvent();
    const done = await untilDelivery(scene, endpoint, "received", ({ status }) => status === "succeeded");
    const recover = async (since: number) =>
      await scene.call("POST", `webhook_endpoints/${endpoint.id}/recover`, { since });
    for (const since of [Math.floor(Date.now() / 1000) + DAY_SECONDS, 253_402_300_799]) {
      t.match(await recover(since), { status: 200, json: { recovered: 0 } }, String(since));
    }
    for (const since of [0, -1, 253_402_300_800, 9e18]) {
      t.match(await recover(since), { status: 400, json: { error: { param: "since" } } }, String(since));
    }
    scene.forward(31 * 24 * HOUR);
    await until("it is swept", async () => (await scene.deliveriesTo(endpoint)).length === 0);
    const again = await scene.call("POST", `webhook_deliveries/${done.id}/resend`, {});
    t.match(again, { status: 404, json: { error: { message: /30 days/ } } });
    t.match(await recover(1), { status: 200, json: { recovered: 0 } });
    t.equal(receiver.received.length, 1);
  },
);

await eachEngine(
  t,
  "an endpoint that has answered since an attempt began is not disabled by the end of that attempt",
  async (t, engine) => {
    const receiver = await startReceiver(t);
    const scene = await openWebhookScene(t, engine);
    const endpoint = await scene.endpointAt(receiver.url);
    const failingSince = async (ago: number): Promise<void> => {
      const values = [Date.now() - ago, endpoint.id];
      await inTransaction(scene.app.db, "READ COMMITTED", (tx) =>
        tx.query("UPDATE webhook_endpoint SET failing_since = ? WHERE id = ?", values),
      );
    };
    const answer = keepBack(receiver);
    await failingSince(6 * 24 * HOUR);
    await scene.makeEvent();
    await receivedBy(receiver, 0);
    await failingSince(1000); // It has answered, and failed anew.
    answer(500);
    await untilDelivery(scene, endpoint, "it is recorded", (it) => it.attempt_count === 1);
    receiver.answer = (response) => void response.writeHead(204).end();
    await scene.call("POST", `webhook_endpoints/${endpoint.id}/send_test_event`, {});
    await receivedBy(receiver, 1);
    t.match((await scene.call("GET", `webhook_endpoints/${endpoint.id}`)).json, { status: "enabled" });
  },
);

await eachEngine(t, "the longest URL is posted to as it is, and a longer one refused", async (t, engine) => {
  const receiver = await startReceiver(t);
  const scene = await openWebhookScene(t, engine);
  const longest = `${receiver.url}/é?${"a".repeat(2048)}`.slice(0, 2048);
  t.match(await scene.call("POST", "webhook_endpoints", { url: `${longest}a`, enabled_events: ["*"] }), {
    status: 400,
    json: { error: { param: "url" } },
  });
  const { id } = await scene.endpointAt(longest);
  t.equal((await scene.call("GET", `webhook_endpoints/${id}`)).json.url, longest);
  await scene.makeEvent();
  const { path } = await receivedBy(receiver, 0);
  t.equal(`${receiver.url}${decodeURI(path)}`, longest);
});
