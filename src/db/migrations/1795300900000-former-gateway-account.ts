import type { MigrationInterface, QueryRunner } from "typeorm";

import { createTable, kind } from "./create-table.js";

/**
 * Stores every former gateway account of a merchant, its id with its secret, in a row of its own: the two
 * columns before could hold one former secret, and no id.
 */
export class KeepFormerGatewayAccount1795300900000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, "former_gateway_account", {
      columns: {
        merchant_id: kind.id,
        livemode: kind.flag,
        valid_until: kind.time,
        gateway_merchant_id: kind.text(64),
        secret_sealed: kind.bytes,
      },
      primaryKey: ["merchant_id", "livemode", "valid_until"],
      indexes: [["gateway_merchant_id"]],
    });
    // Leaves the emptied columns in place: dropping them could not be repeated after a failure.
    await moveFormerSecrets(runner);
  }

  async down(): Promise<void> {
    throw new Error("Records of payments are not dropped.");
  }
}

/** Moves the rest when it is run again after a failure. */
export async function moveFormerSecrets(runner: QueryRunner): Promise<void> {
  await runner.query(`insert into former_gateway_account
      (merchant_id, livemode, valid_until, gateway_merchant_id, secret_sealed)
    select merchant_id, livemode, previous_secret_until, gateway_merchant_id, previous_secret_sealed
    from gateway_account a where previous_secret_sealed is not null and not exists (
      select 1 from former_gateway_account f
      where f.merchant_id = a.merchant_id and f.livemode = a.livemode and f.valid_until = a.previous_secret_until)`);
  await runner.query(`update gateway_account set previous_secret_sealed = null, previous_secret_until = null
    where previous_secret_sealed is not null`);
}
