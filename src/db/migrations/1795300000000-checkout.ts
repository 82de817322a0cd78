import type { MigrationInterface, QueryRunner } from "typeorm";

import { createTable, kind, optional } from "./create-table.js";

/** The tables of merchants, their keys and customers, and of checkout from the session to the outbox. */
export class CreateCheckout1795300000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createMerchantTables(runner);
    await createSessionTables(runner);
    await createPendingAttemptTable(runner);
    await createIdempotencyTable(runner);
    await createResultTable(runner);
    await createPaymentTables(runner);
    await createTable(runner, "secrets_key_check", {
      columns: { id: kind.integer, check_value: kind.id },
      primaryKey: ["id"],
    });
  }

  async down(): Promise<void> {
    throw new Error("Records of payments are not dropped.");
  }
}

async function createMerchantTables(runner: QueryRunner): Promise<void> {
  await createTable(runner, "merchant", {
    columns: { id: kind.id, name: kind.text(250), created_at: kind.time, test_clock_ahead: kind.integer },
    primaryKey: ["id"],
    indexes: [["test_clock_ahead"]],
  });
  await createTable(runner, "gateway_account", {
    columns: {
      merchant_id: kind.id,
      livemode: kind.flag,
      gateway_merchant_id: kind.text(64),
      secret_sealed: kind.bytes,
      previous_secret_sealed: optional(kind.bytes),
      previous_secret_until: optional(kind.time),
      rest_token_sealed: optional(kind.bytes),
      country_code: kind.id,
      created_at: kind.time,
    },
    primaryKey: ["merchant_id", "livemode"],
    indexes: [["gateway_merchant_id"]],
  });
  await createTable(runner, "api_key", {
    columns: {
      id: kind.id,
      merchant_id: kind.id,
      livemode: kind.flag,
      hash: kind.id,
      last4: kind.id,
      created_at: kind.time,
      revoked_at: optional(kind.time),
    },
    primaryKey: ["id"],
    unique: [["hash"]],
    indexes: [["merchant_id"]],
  });
  await createTable(runner, "customer", {
    columns: {
      merchant_id: kind.id,
      livemode: kind.flag,
      id: kind.id,
      email: optional(kind.text(320)),
      created_at: kind.time,
    },
    primaryKey: ["merchant_id", "livemode", "id"],
  });
}

async function createSessionTables(runner: QueryRunner): Promise<void> {
  await createTable(runner, "checkout_session", {
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
  });
}

async function createPendingAttemptTable(runner: QueryRunner): Promise<void> {
  await createTable(runner, "pending_attempt", {
    columns: {
      reference: kind.id,
      session_id: kind.id,
      merchant_id: kind.id,
      livemode: kind.flag,
      given_at: kind.time,
      closes_at: kind.time,
      next_ask_at: optional(kind.time),
      asked: kind.integer,
      asked_at: optional(kind.time),
      standing: optional(kind.id),
      unresolved_since: optional(kind.time),
      leased_until: kind.time,
    },
    primaryKey: ["reference"],
    indexes: [
      ["livemode", "next_ask_at"],
      ["merchant_id", "livemode", "next_ask_at"],
      ["session_id"],
      ["unresolved_since"],
    ],
  });
}

async function createIdempotencyTable(runner: QueryRunner): Promise<void> {
  await createTable(runner, "idempotency_key", {
    columns: {
      merchant_id: kind.id,
      livemode: kind.flag,
      key_hash: kind.id,
      fingerprint: kind.id,
      object_id: kind.id,
      created_at: kind.time,
    },
    primaryKey: ["merchant_id", "livemode", "key_hash"],
  });
}

async function createResultTable(runner: QueryRunner): Promise<void> {
  await createTable(runner, "gateway_result", {
    columns: {
      id: kind.id,
      merchant_id: kind.id,
      livemode: kind.flag,
      session_id: optional(kind.id),
      attempt: optional(kind.integer),
      transaction_key: kind.id,
      outcome: kind.id,
      held_reason: optional(kind.id),
      response_code: optional(kind.integer),
      response_status: optional(kind.integer),
      amount: optional(kind.integer),
      amount_received: optional(kind.integer),
      currency_code: kind.text(16),
      state: kind.text(32),
      via: kind.id,
      xref_sealed: optional(kind.bytes),
      message_sealed: kind.bytes,
      received_at: kind.time,
      resolved_at: optional(kind.time),
      resolution: optional(kind.id),
      note: optional(kind.text(1000)),
      return_request: optional(kind.id),
      return_claim: optional(kind.id),
      return_claim_until: optional(kind.time),
    },
    primaryKey: ["id"],
    unique: [["merchant_id", "livemode", "transaction_key", "outcome"]],
    indexes: [
      ["session_id", "outcome"],
      ["merchant_id", "livemode", "outcome", "id"],
      ["outcome", "resolved_at"],
    ],
  });
}

async function createPaymentTables(runner: QueryRunner): Promise<void> {
  await createTable(runner, "payment_intent", {
    columns: {
      id: kind.id,
      merchant_id: kind.id,
      livemode: kind.flag,
      session_id: kind.id,
      status: kind.id,
      amount: kind.integer,
      currency: kind.id,
      customer_id: optional(kind.id),
      payment_method_id: kind.id,
      gateway_result_id: kind.id,
      created_at: kind.time,
    },
    primaryKey: ["id"],
    unique: [["session_id"]],
  });
  await createTable(runner, "payment_method", {
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
      xref_sealed: optional(kind.bytes),
      created_at: kind.time,
    },
    primaryKey: ["id"],
    indexes: [["merchant_id", "livemode", "customer_id"]],
  });
  await createTable(runner, "event", {
    columns: {
      id: kind.id,
      merchant_id: kind.id,
      livemode: kind.flag,
      type: kind.id,
      object_id: kind.id,
      created_at: kind.time,
    },
    primaryKey: ["id"],
  });
}
