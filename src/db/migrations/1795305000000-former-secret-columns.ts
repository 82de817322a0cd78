import type { MigrationInterface, QueryRunner } from "typeorm";

import { moveFormerSecrets } from "./1795300900000-former-gateway-account.js";

/**
 * Drops the columns that an earlier migration moved former secrets out of. An older version of the service may
 * have written to them since, so their values are moved once more first.
 */
export class DropFormerSecretColumns1795305000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Repeated after a failure, one of them may be gone.
    const left: string[] = [];
    for (const column of COLUMNS) if (await runner.hasColumn("gateway_account", column)) left.push(column);
    if (left.length === COLUMNS.length) await moveFormerSecrets(runner);
    for (const column of left) await runner.query(`alter table gateway_account drop column ${column}`);
  }

  async down(): Promise<void> {
    throw new Error("Secrets are not put back where they were.");
  }
}

const COLUMNS = ["previous_secret_sealed", "previous_secret_until"];
