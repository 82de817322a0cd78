import type { EntityManager } from "typeorm";
import { EntitySchema } from "typeorm/entity-schema/EntitySchema.js";

import { isGatewayId } from "../../lib/ids.js";
import { bytes, id, primary, time } from "../../db/engine/columns.js";
import type { Tx } from "../../db/transaction.js";

/** A test account that a service has registered at a sandbox gateway in another process. */
export interface SandboxAccountRow {
  /** The gateway's `merchantID`, not an id of this service. */
  readonly gatewayMerchantId: string;
  /** Secret, token and name, as JSON, sealed. */
  readonly accountSealed: Buffer;
  readonly changedAt: number;
}

export const sandboxAccounts = new EntitySchema<SandboxAccountRow>({
  name: "sandbox_account",
  synchronize: false,
  columns: { gatewayMerchantId: primary(id()), accountSealed: bytes(), changedAt: time() },
});

/** Adds or replaces these accounts in one statement, so that services may register at once. */
export async function writeSandboxAccounts(tx: Tx, rows: SandboxAccountRow[]): Promise<void> {
  await tx
    .createQueryBuilder()
    .insert()
    .into(sandboxAccounts)
    .values(rows)
    .orUpdate(["account_sealed", "changed_at"], ["gateway_merchant_id"])
    .updateEntity(false)
    .execute();
}

export async function findSandboxAccount(
  db: EntityManager,
  gatewayMerchantId: string,
): Promise<SandboxAccountRow | undefined> {
  if (!isGatewayId(gatewayMerchantId)) return undefined;
  return (await db.findOneBy(sandboxAccounts, { gatewayMerchantId })) ?? undefined;
}
