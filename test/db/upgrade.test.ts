import t from "tap";

import { migrate } from "../../src/db/migrate.js";
import { CreateCheckout1795300000000 } from "../../src/db/migrations/1795300000000-checkout.js";
import { CreateSandbox1795300500000 } from "../../src/db/migrations/1795300500000-sandbox.js";
import { findPaymentIntent } from "../../src/db/payment-intents.js";
import { entities, migrations } from "../../src/db/schema.js";
import { inTransaction } from "../../src/db/transaction.js";
import { eachEngine } from "../support/database.js";

const RELEASED = [CreateCheckout1795300000000, CreateSandbox1795300500000];

await eachEngine(
  t,
  "a database of the first release is upgraded with all that is in it",
  async (t, engine) => {
    const old = await engine.open({ entities, migrations: RELEASED });
    await migrate(old);
    await inTransaction(old, "READ COMMITTED", async (tx) => {
      await tx.query(
        `insert into payment_intent (id, merchant_id, livemode, session_id, status, amount, currency, customer_id,
        payment_method_id, gateway_result_id, created_at)
      values ('pi_1', 'mer_1', 1, 'cs_1', 'succeeded', 2999, 'gbp', null, 'pm_1', 'gr_1', 1700000000000)`,
      );
    });
    const database = await engine.open({ entities, migrations });
    await migrate(database);
    t.same(await findPaymentIntent(database.manager, "pi_1"), {
      id: "pi_1",
      merchantId: "mer_1",
      livemode: true,
      sessionId: "cs_1",
      status: "succeeded",
      amount: 2999,
      amountReceived: 2999,
      amountRefunded: 0,
      currency: "gbp",
      customerId: null,
      paymentMethodId: "pm_1",
      gatewayResultId: "gr_1",
      attempt: 0,
      offSession: false,
      metadata: {},
      createdAt: 1_700_000_000_000,
      canceledAt: null,
    });
  },
);
