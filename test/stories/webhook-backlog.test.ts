import t from "tap";

import { insertDeliveries, type WebhookDeliveryRow } from "../../src/db/tables/webhook-deliveries.js";
import { findWebhookEndpoint, insertWebhookEndpoint } from "../../src/db/tables/webhook-endpoints.js";
import { inTransaction } from "../../src/db/transaction.js";
import { newId } from "../../src/lib/ids.js";
import { LANE_LIMITS } from "../../src/webhooks/places.js";
import { eachEngine, until } from "../support/database.js";
import { startReceiver } from "../support/receiver.js";
import { longestAllowed, openWebhookScene, waitsFor } from "../support/webhooks.js";

const DEAD = 100;
const WAITING = 200;

await eachEngine(
  t,
  "a hundred endpoints that never answer, with all that waits for them, delay no first try of a healthy one",
  async (t, engine) => {
    const [silent, healthy] = [await startReceiver(t), await startReceiver(t)];
    silent.answer = () => undefined;
    const scene = await openWebhookScene(t, engine);
    const { id } = await scene.endpointAt(silent.url, { enabled_events: ["held_payment.*"] });
    await scene.endpointAt(healthy.url);
    const alone = await waitsFor(scene, healthy, 10);
    const { db } = scene.app;
    const model = await findWebhookEndpoint(db.manager, id);
    if (model === undefined) throw new Error("It was created.");
    const now = Date.now();
    for (let number = 0; number < DEAD; number++) {
      const endpoint = { ...model, id: newId("we", now) };
      const deliveries = Array.from({ length: WAITING }, () => deliveryTo(endpoint, now));
      await inTransaction(db, "READ COMMITTED", async (tx) => {
        await insertWebhookEndpoint(tx, endpoint);
        await insertDeliveries(tx, deliveries);
      });
    }
    await until("they are being tried", () => silent.received.length > 50);
    const waits = await waitsFor(scene, healthy, 20);
    t.ok(
      Math.max(...waits) < longestAllowed(alone),
      `alone ${alone.join(" ")} ms, beside ${waits.join(" ")} ms`,
    );
    const most = silent.mostOpen();
    // Two first tries of each, and the places of all later ones.
    const { quick, slow } = LANE_LIMITS.later;
    t.ok(most <= 2 * (DEAD + 1) + quick + slow, `${most} connections at once to ${DEAD} endpoints`);
  },
);

function deliveryTo(
  endpoint: Pick<WebhookDeliveryRow, "id" | "merchantId" | "livemode">,
  now: number,
): WebhookDeliveryRow {
  return {
    id: newId("wd", now),
    merchantId: endpoint.merchantId,
    livemode: endpoint.livemode,
    eventId: newId("evt", now),
    eventType: "held_payment.created",
    endpointId: endpoint.id,
    status: "pending",
    attemptCount: 0,
    scheduleStep: 0,
    lane: "first",
    nextAttemptAt: now,
    leaseId: null,
    body: Buffer.from("{}"),
    createdAt: now,
  };
}
