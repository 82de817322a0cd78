import type { EntityManager } from "typeorm";
import { EntitySchema } from "typeorm/entity-schema/EntitySchema.js";

import { isGatewayId } from "../../lib/ids.js";
import { bytes, id, primary, time } from "../../db/engine/columns.js";
import { selectRow } from "../../db/query/select.js";
import { queueUpsert } from "../../db/query/upsert.js";
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

/** Adds or replaces these accounts, in the order of their ids: services that register at once do not deadlock. */
export function writeSandboxAccounts(tx: Tx, rows: readonly SandboxAccountRow[]): void {
  const inOrder = rows.toSorted((a, b) => (a.gatewayMerchantId < b.gatewayMerchantId ? -1 : 1));
  for (const row of inOrder) {
    const { accountSealed, changedAt } = row;
    queueUpsert(tx, sandboxAccounts, "gatewayMerchantId", row, { accountSealed, changedAt });
  }
}

export async function findSandboxAccount(
  db: EntityManager,
  gatewayMerchantId: string,
): Promise<SandboxAccountRow | undefined> {
  if (!isGatewayId(gatewayMerchantId)) return undefined;
  return await selectRow(db, sandboxAccounts, "WHERE gateway_merchant_id = ?", [gatewayMerchantId]);
}
