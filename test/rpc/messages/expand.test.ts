import { create } from "@bufbuild/protobuf";
import t from "tap";

import { CheckoutSessionSchema } from "../../../gen/calmonypay/v1/checkout_session_pb.js";
import type { CheckoutContext } from "../../../src/checkout/context.js";
import type { Database } from "../../../src/db/engine/database.js";
import { provideSqlExecutor, sqlExecutorOf } from "../../../src/db/engine/sql-executor.js";
import { expandSessions, listExpansionOf } from "../../../src/rpc/messages/expand.js";
import { openStore } from "../../../src/start/store.js";
import { createTestMerchant, startTestApp, testConfig } from "../../support/app.js";
import { eachEngine, silent } from "../../support/database.js";
import { paidSession } from "../../support/paid.js";

const ALL = ["data.customer", "data.payment_method", "data.payment_intent"];

await eachEngine(
  t,
  "a list is expanded by one query for each kind, however long it is",
  async (t, engine) => {
    const config = testConfig(engine);
    const mine = await createTestMerchant(config);
    const app = await startTestApp(t, config);
    const store = await openStore(config, silent);
    t.teardown(() => store.db.close());
    const sessions = [];
    for (const customer of ["cus_abc123", "cus_b", "cus_c"]) {
      if (customer !== "cus_abc123") await app.call("POST", "/v1/customers", mine.liveKey, { id: customer });
      for (let made = 0; made < 2; made++) sessions.push(await paidSession(app, mine, { customer }));
    }
    const messages = sessions.map((session) =>
      create(CheckoutSessionSchema, {
        id: session.id,
        customer: session.customer,
        paymentMethod: session.payment_method,
        paymentIntent: session.payment_intent,
      }),
    );
    const queriesFor = async (count: number, expand: string[]): Promise<number> => {
      const counted = counting(store.db);
      const addresses = { publicUrl: app.local };
      const checkout = { ...store, db: counted.db, addresses } as unknown as CheckoutContext;
      const reader = { checkout, caller: { merchantId: mine.id, livemode: true } };
      await expandSessions(reader, messages.slice(0, count), listExpansionOf({ expand }, "CHECKOUT_SESSION"));
      return counted.queries();
    };
    t.equal(await queriesFor(6, []), 0);
    t.equal(await queriesFor(6, ["data.customer"]), 1);
    t.equal(await queriesFor(6, ["data.payment_method"]), 1);
    t.equal(await queriesFor(6, ["data.line_items"]), 0, "they are at hand");
    t.equal(await queriesFor(6, ALL), await queriesFor(1, ALL), "six cost what one costs");
    t.same(
      messages.map(({ customerExpanded }) => customerExpanded?.id),
      sessions.map(({ customer }) => customer),
    );
  },
);

/** The same database, with a count of what is asked outside of transactions, by TypeORM or by written statements. */
function counting(db: Database) {
  let queries = 0;
  const manager = Object.create(db.manager) as Database["manager"];
  const createQueryBuilder = (...call: []): unknown => {
    queries++;
    return db.manager.createQueryBuilder(...call);
  };
  Object.assign(manager, { createQueryBuilder });
  const executor = sqlExecutorOf(db.manager);
  provideSqlExecutor(manager, {
    run: (sql, values) => {
      queries++;
      return executor.run(sql, values);
    },
    runTogether: (statements) => {
      queries++;
      return executor.runTogether(statements);
    },
    defer: (sql, values) => executor.defer(sql, values),
  });
  return { db: { ...db, manager }, queries: () => queries };
}
