import type { MigrationInterface, QueryRunner } from "typeorm";

import { changeTable } from "./change-table.js";
import { kind, optional } from "./create-table.js";

/** Adds profiles of customers, details of stored cards, and `customer_creation` of sessions. */
export class ChangeCustomers1795301000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await changeCustomers(runner);
    await changePaymentMethods(runner);
    await changeSessions(runner);
  }

  async down(): Promise<void> {
    throw new Error("Records of payments are not dropped.");
  }
}

async function changeCustomers(runner: QueryRunner): Promise<void> {
  await changeTable(runner, "customer", {
    shape: {
      columns: {
        merchant_id: kind.id,
        livemode: kind.flag,
        id: kind.id,
        email: optional(kind.text(320)),
        name: optional(kind.text(256)),
        metadata: kind.json,
        created_at: kind.time,
        deleted_at: optional(kind.time),
      },
      primaryKey: ["merchant_id", "livemode", "id"],
      // Merchants choose the ids of customers, so that ids do not sort by age.
      indexes: [["merchant_id", "livemode", "deleted_at", "created_at", "id"]],
    },
    values: { metadata: "'{}'" },
  });
}

async function changePaymentMethods(runner: QueryRunner): Promise<void> {
  await changeTable(runner, "payment_method", {
    shape: {
      columns: {
        id: kind.id,
        merchant_id: kind.id,
        livemode: kind.flag,
        customer_id: optional(kind.id),
        type: kind.id,
        brand: optional(kind.id),
        last4: optional(kind.id),
        exp_month: optional(kind.integer),
        exp_year: optional(kind.integer),
        funding: optional(kind.id),
        country: optional(kind.id),
        fingerprint: optional(kind.id),
        billing_sealed: optional(kind.bytes),
        xref_sealed: optional(kind.bytes),
        reusable: kind.flag,
        created_at: kind.time,
      },
      primaryKey: ["id"],
      indexes: [["merchant_id", "livemode", "customer_id", "id"]],
    },
    // Before this migration, a shopper agreed to the storing of the card exactly if the session had a customer.
    values: { reusable: "case when customer_id is null then 0 else 1 end" },
  });
}

async function changeSessions(runner: QueryRunner): Promise<void> {
  await changeTable(runner, "checkout_session", {
    shape: {
      columns: {
        id: kind.id,
        merchant_id: kind.id,
        livemode: kind.flag,
        status: kind.id,
        currency: kind.id,
        amount_total: kind.integer,
        line_items: kind.json,
        success_url: kind.text(5000),
        cancel_url: kind.text(5000),
        customer_id: optional(kind.id),
        customer_creation: optional(kind.id),
        client_reference_id: optional(kind.text(200)),
        metadata: kind.json,
        attempt: kind.integer,
        forms_given: kind.integer,
        form_given_at: optional(kind.time),
        created_at: kind.time,
        expires_at: kind.time,
        expired_at: optional(kind.time),
        completed_at: optional(kind.time),
        completed_late: kind.flag,
        completed_by: optional(kind.id),
        payment_intent_id: optional(kind.id),
        payment_method_id: optional(kind.id),
      },
      primaryKey: ["id"],
      indexes: [
        ["merchant_id", "livemode", "id"],
        ["merchant_id", "livemode", "customer_id", "id"],
        ["payment_intent_id"],
        ["status", "expires_at"],
        ["merchant_id", "livemode", "status", "expires_at"],
      ],
    },
    values: {},
  });
}
