import type { MigrationInterface, QueryRunner } from "typeorm";

import { addColumns, addIndex } from "../alter-table.js";
import { kind, optional } from "../create-table.js";

/** What customers are, what their cards show of themselves, and sessions that make their customer. */
export class Customers1795301000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await widenCustomers(runner);
    await widenPaymentMethods(runner);
    await addColumns(runner, "checkout_session", { customer_creation: optional(kind.id) });
  }

  async down(): Promise<void> {
    throw new Error("Records of payments are not dropped.");
  }
}

async function widenCustomers(runner: QueryRunner): Promise<void> {
  await addColumns(runner, "customer", {
    name: optional(kind.text(256)),
    metadata: optional(kind.json),
    deleted_at: optional(kind.time),
  });
  await runner.query("update customer set metadata = '{}' where metadata is null");
  // Merchants choose ids, so these do not sort by age.
  await addIndex(runner, "customer", ["merchant_id", "livemode", "deleted_at", "created_at", "id"]);
}

async function widenPaymentMethods(runner: QueryRunner): Promise<void> {
  await addColumns(runner, "payment_method", {
    funding: optional(kind.id),
    country: optional(kind.id),
    fingerprint: optional(kind.id),
    billing_details: optional(kind.json),
    reusable: optional(kind.flag),
  });
  // Until now the shopper agreed to a card's being kept exactly where the session had a customer.
  await runner.query(
    "update payment_method set reusable = case when customer_id is null then 0 else 1 end where reusable is null",
  );
  await addIndex(runner, "payment_method", ["merchant_id", "livemode", "customer_id", "id"]);
}
