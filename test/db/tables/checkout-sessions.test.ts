import t from "tap";

import {
  findCheckoutSession,
  lockCheckoutSession,
  markComplete,
} from "../../../src/db/tables/checkout-sessions.js";
import { insertEvents } from "../../../src/db/tables/events.js";
import { inTransaction } from "../../../src/db/transaction.js";
import { createTestMerchant, startTestApp, type TestApp, testConfig } from "../../support/app.js";
import { eachEngine } from "../../support/database.js";
import { anOrder } from "../../support/orders.js";

await eachEngine(
  t,
  "a session is marked complete once, whatever its caller believes of it",
  async (t, engine) => {
    const config = testConfig(engine);
    const { liveKey } = await createTestMerchant(config);
    const app = await startTestApp(t, config);
    const { id } = (await app.call("POST", "/v1/checkout/sessions", liveKey, anOrder())).json;
    await complete(app, id, "transaction:1");
    const first = await findCheckoutSession(app.db.manager, id);
    t.match(first, { status: "complete", completedBy: "transaction:1", completedAt: 1 });

    await t.rejects(complete(app, id, "transaction:2"), { message: /null/i });
    t.same(await findCheckoutSession(app.db.manager, id), first);
    const told: { id: string }[] = await app.db.manager.query(
      "SELECT id FROM event WHERE type NOT LIKE 'customer.%'",
    );
    t.same(
      told.map((event) => event.id),
      ["evt_transaction:1"],
      "what came with the second one is not stored either",
    );
  },
);

async function complete({ db }: TestApp, id: string, completedBy: string): Promise<void> {
  await inTransaction(db, "SERIALIZABLE", async (tx) => {
    const { merchantId, livemode } = await lockCheckoutSession(tx, id);
    const type = "checkout.session.completed";
    const event = {
      id: `evt_${completedBy}`,
      merchantId,
      livemode,
      type,
      objectId: id,
      createdAt: 1,
    } as const;
    insertEvents(tx, [{ ...event, object: {}, requestId: null, idempotencyKeySealed: null }]);
    markComplete(tx, id, {
      completedAt: 1,
      completedLate: false,
      completedBy,
      expiredAt: null,
      customerId: null,
      paymentIntentId: "pi_1",
      paymentMethodId: "pm_1",
      billingSealed: null,
      amountReceived: null,
    });
  });
}
