import type { MigrationInterface, QueryRunner } from "typeorm";

import { renameColumns } from "./rename-columns.js";

/** Renames columns to the words of the glossary: reversal, lease, target, certainty, attempt. */
export class ClearNames1795306000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await renameColumns(runner, "refund", {
      columns: {
        told: "gateway_action",
        told_at: "requested_at",
        kept_before: "retained_before",
        rounds: "attempts",
        next_round_at: "next_attempt_at",
      },
      indexes: {
        refund_status_livemode_next_round_at: {
          name: "refund_status_livemode_next_attempt_at",
          columns: ["status", "livemode", "next_attempt_at"],
        },
      },
    });
    await renameColumns(runner, "gateway_result", {
      columns: {
        return_request: "reversal_action",
        return_claim: "lease_id",
        return_claim_until: "leased_until",
      },
    });
    await renameColumns(runner, "checkout_session", { columns: REVERSAL_STARTED });
    await renameColumns(runner, "payment_intent", { columns: REVERSAL_STARTED });
    await renameColumns(runner, "pending_attempt", {
      columns: { subject_id: "target_id", standing: "certainty" },
      indexes: {
        pending_attempt_subject_id: { name: "pending_attempt_target_id", columns: ["target_id"] },
      },
    });
  }

  async down(): Promise<void> {
    throw new Error("Records of payments are not dropped.");
  }
}

const REVERSAL_STARTED = { return_begun_at: "reversal_started_at" };
