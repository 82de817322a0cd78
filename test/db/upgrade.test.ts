import t, { type Test } from "tap";

import type { Database } from "../../src/db/engine/database.js";
import { findCheckoutSession } from "../../src/db/tables/checkout-sessions.js";
import { migrate } from "../../src/db/migrate.js";
import { findCustomer } from "../../src/db/tables/customers.js";
import { DropFormerSecretColumns1795305000000 } from "../../src/db/migrations/1795305000000-former-secret-columns.js";
import { findPaymentIntent } from "../../src/db/tables/payment-intents.js";
import { NO_DETAILS } from "../../src/domain/customer.js";
import { entities, migrations } from "../../src/start/schema.js";
import { inTransaction } from "../../src/db/transaction.js";
import { eachEmptyEngine, type TestEngine } from "../support/database.js";

/** How many of the migrations the first release had. */
const FIRST_RELEASE = 2;

/** How many there were before the columns of former secrets were dropped. */
const WITH_FORMER_SECRETS = migrations.indexOf(DropFormerSecretColumns1795305000000);

/** A database as the first `done` migrations made it, with the rows given by `insert`, brought up to date. */
async function upgraded(
  t: Test,
  engine: TestEngine,
  insert: Record<string, Row>,
  done = FIRST_RELEASE,
): Promise<Database> {
  const before = await engine.open({ entities, migrations: migrations.slice(0, done) });
  t.equal((await migrate(before)).length, done);
  await inTransaction(before, "SERIALIZABLE", async (tx) => {
    for (const [table, row] of Object.entries(insert)) {
      const places = Object.keys(row).map(() => "?");
      const statement = `insert into ${table} (${Object.keys(row).join(", ")}) values (${places.join(", ")})`;
      await tx.query(statement, Object.values(row));
    }
  });
  await before.close();
  const after = await engine.open({ entities, migrations });
  t.equal((await migrate(after)).length, migrations.length - done);
  t.same(await migrate(after), [], "and nothing is left");
  return after;
}

type Row = Record<string, string | number | Buffer | null>;

const SESSION = {
  id: "cs_1",
  merchant_id: "acct_1",
  livemode: 1,
  status: "open",
  currency: "gbp",
  amount_total: 2999,
  line_items: "[]",
  success_url: "https://yourapp.com/",
  cancel_url: "https://yourapp.com/",
  metadata: "{}",
  attempt: 1,
  forms_given: 1,
  created_at: 1_795_000_000_000,
  expires_at: 1_795_086_400_000,
  completed_late: 0,
};

for (const done of [FIRST_RELEASE, WITH_FORMER_SECRETS]) {
  await eachEmptyEngine(
    t,
    `the secret before the last change is still known after an upgrade from ${done} migrations`,
    async (t, engine) => {
      const row = {
        merchant_id: "acct_1",
        livemode: 1,
        gateway_merchant_id: "100001",
        secret_sealed: Buffer.from("new"),
        previous_secret_sealed: Buffer.from("old"),
        previous_secret_until: 1_800_000_000_000,
        country_code: "GB",
        created_at: 1_795_000_000_000,
      };
      const database = await upgraded(t, engine, { gateway_account: row }, done);
      const [former, ...others] = await database.manager.query("select * from former_gateway_account");
      t.same(others, []);
      t.match(former, { merchant_id: "acct_1", livemode: 1, gateway_merchant_id: "100001" });
      t.equal(Number(former.valid_until), 1_800_000_000_000);
      t.equal(Buffer.from(former.secret_sealed).toString(), "old");
    },
  );
}

await eachEmptyEngine(
  t,
  "a customer of the first release has no name, and is not deleted",
  async (t, engine) => {
    const scope = { merchantId: "acct_1", livemode: true };
    const createdAt = 1_795_000_000_000;
    const row = {
      merchant_id: "acct_1",
      livemode: 1,
      id: "cus_1",
      email: "ada@example.com",
      created_at: createdAt,
    };
    const database = await upgraded(t, engine, { customer: row });
    const rest = { ...NO_DETAILS, email: "ada@example.com", createdAt, deletedAt: null };
    t.same(await findCustomer(database.manager, scope, "cus_1"), { ...scope, id: "cus_1", ...rest });
  },
);

await eachEmptyEngine(t, "a payment of a session stays as it is after an upgrade", async (t, engine) => {
  const database = await upgraded(t, engine, {
    payment_intent: {
      id: "pi_1",
      merchant_id: "acct_1",
      livemode: 1,
      session_id: "cs_1",
      status: "succeeded",
      amount: 2999,
      currency: "gbp",
      customer_id: null,
      payment_method_id: "pm_1",
      gateway_result_id: "gr_1",
      created_at: 1_795_000_000_000,
    },
  });
  t.same(await findPaymentIntent(database.manager, "pi_1"), {
    id: "pi_1",
    merchantId: "acct_1",
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
    description: null,
    statementDescriptor: null,
    receiptEmail: null,
    returnUrl: null,
    createdAt: 1_795_000_000_000,
    canceledAt: null,
    cancellationReason: null,
    captureMethod: null,
    captureBefore: null,
    attemptCallId: null,
    reversalStartedAt: null,
    heldResultId: null,
    settlement: null,
    settledAt: null,
  });
});

await eachEmptyEngine(
  t,
  "a session whose payment was going back is still known as one",
  async (t, engine) => {
    const result = {
      id: "gr_1",
      merchant_id: "acct_1",
      livemode: 1,
      session_id: "cs_1",
      attempt: 1,
      transaction_key: "transaction:1",
      outcome: "held",
      held_reason: "amount_mismatch",
      currency_code: "826",
      state: "captured",
      via: "callback",
      message_sealed: Buffer.from("sealed"),
      received_at: 1_795_000_000_000,
      return_request: "cancel",
    };
    const database = await upgraded(t, engine, { checkout_session: SESSION, gateway_result: result });
    const marked = await findCheckoutSession(database.manager, "cs_1");
    t.equal(marked?.reversalStartedAt, 0, "that it was is all that is known");
    t.equal(marked?.pendingPayment, "held", "and that a person has to decide");
  },
);

for (const [what, received, amountReceived] of [
  ["of its total", { amount: 2999, currency: "gbp" }, null],
  ["below its total", { amount: 1500, currency: "gbp" }, 1500],
  ["in another currency", { amount: 2999, currency: "eur" }, 0],
] as const) {
  await eachEmptyEngine(t, `a session with a payment ${what} is known as one`, async (t, engine) => {
    const intent = {
      id: "pi_1",
      merchant_id: "acct_1",
      livemode: 1,
      session_id: "cs_1",
      status: "succeeded",
      ...received,
      payment_method_id: "pm_1",
      gateway_result_id: "gr_1",
      created_at: 1_795_000_000_000,
    };
    const complete = { ...SESSION, status: "complete", payment_intent_id: "pi_1" };
    const database = await upgraded(t, engine, { checkout_session: complete, payment_intent: intent });
    const session = await findCheckoutSession(database.manager, "cs_1");
    t.match(session, { amountReceived, pendingPayment: null, lastDecline: null });
  });
}
