import type { MigrationInterface, QueryRunner } from "typeorm";

import { firstId } from "../../lib/ids.js";
import { addColumns } from "./add-column.js";
import { createTable, isSqlite, kind, optional } from "./create-table.js";

/** Whether the gateway has paid payments out, and about which it is to be asked: about recent ones, too. */
export class FollowSettlement1795325000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await addColumns(runner, "payment_intent", {
      settlement: optional(kind.id),
      settled_at: optional(kind.time),
    });
    await createTable(runner, "pending_settlement", {
      columns: {
        payment_intent_id: kind.id,
        merchant_id: kind.id,
        livemode: kind.flag,
        paid_at: kind.time,
        next_ask_at: optional(kind.time),
        asked: kind.integer,
        doubt: optional(kind.id),
        unresolved_since: optional(kind.time),
        leased_until: kind.time,
      },
      primaryKey: ["payment_intent_id"],
      indexes: [
        ["livemode", "next_ask_at"],
        ["merchant_id", "livemode", "next_ask_at"],
        ["unresolved_since"],
      ],
    });
    // By the id, which begins with the time: there is no index by age.
    const recent = [firstId("pi", Date.now() - FOLLOWED_MS)];
    await runner.query(
      `${isSqlite(runner) ? "insert or ignore" : "insert ignore"} into pending_settlement ${RECENT}`,
      recent,
    );
    await runner.query(`update payment_intent set settlement = 'pending' where ${IS_RECENT}`, recent);
  }

  async down(): Promise<void> {
    throw new Error("Records of payments are not dropped.");
  }
}

const DAY_MS = 24 * 3_600_000;

/** As long as the settlement of a new payment is asked about. */
const FOLLOWED_MS = 14 * DAY_MS;

const IS_RECENT = "id >= ? and status = 'succeeded' and settlement is null";

const RECENT = `
  select id, merchant_id, livemode, created_at, created_at + ${DAY_MS}, 0, null, null, 0
  from payment_intent where ${IS_RECENT}`;
