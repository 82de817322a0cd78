import t from "tap";

import { insertEvents } from "../../src/db/tables/events.js";
import { inTransaction } from "../../src/db/transaction.js";
import { eachEngine, until } from "../support/database.js";
import { someEvents } from "../support/event-relay.js";
import { startReceiver } from "../support/receiver.js";
import { openWebhookScene, untilNumbered } from "../support/webhooks.js";

/** More than two batches, and none of them whole. */
const MISSED = 450;
const OLD = 300;

await eachEngine(
  t,
  "an endpoint gets all that it missed since a time, batch by batch, and nothing older",
  async (t, engine) => {
    const receiver = await startReceiver(t);
    const scene = await openWebhookScene(t, engine);
    const { id } = await scene.endpointAt(receiver.url, { enabled_events: ["customer.updated"] });
    const path = `webhook_endpoints/${id}`;
    await scene.call("POST", path, { disabled: true });
    const { db } = scene.app;
    const make = async (count: number, createdAt: number): Promise<void> => {
      const owner = { merchantId: scene.merchant.id, livemode: false };
      const object = {
        id: "cus_1",
        ...owner,
        email: null,
        name: null,
        metadata: {},
        createdAt,
        deletedAt: null,
      };
      const updated = { type: "customer.updated", object, createdAt } as const;
      const rows = someEvents(owner, count).map((event) => Object.assign(event, updated));
      await inTransaction(db, "READ COMMITTED", async (tx) => insertEvents(tx, rows));
      await untilNumbered(scene.app);
    };
    const now = Date.now();
    await make(OLD, now - 3_600_000);
    await make(MISSED, now);
    await scene.call("POST", path, { disabled: false });
    const since = Math.floor(now / 1000);
    const recovered = await scene.call("POST", `${path}/recover`, { since });
    t.equal(recovered.json.recovered, MISSED, recovered.text);
    await until("all are received", () => receiver.received.length >= MISSED);
    const ids = receiver.received.map(({ headers }) => headers["webhook-id"]);
    t.equal(new Set(ids).size, MISSED);
    await until("all are recorded", async () => {
      const rows: unknown[] = await db.manager.query(
        "SELECT id FROM webhook_delivery WHERE status = 'pending'",
      );
      return rows.length === 0;
    });
    t.equal((await scene.call("POST", `${path}/recover`, { since })).json.recovered, 0, "nothing is left");
    t.equal(receiver.received.length, MISSED, "each once");
  },
);
