import type { EntityManager } from "typeorm";
import { EntitySchema } from "typeorm/entity-schema/EntitySchema.js";

import { isGatewayId } from "../../lib/ids.js";
import { id, primary, text, time } from "../../db/engine/columns.js";
import { selectRow } from "../../db/query/select.js";
import { upsertRow } from "../../db/query/upsert.js";
import type { Tx } from "../../db/transaction.js";

/** The faults planned for one merchant of the sandbox gateway, until changed. */
export interface SandboxFaultsRow {
  /** The gateway's `merchantID`, not an id of this service. */
  readonly gatewayMerchantId: string;
  /** Names separated by commas; "" for none. */
  readonly faults: string;
  readonly changedAt: number;
}

export const sandboxFaults = new EntitySchema<SandboxFaultsRow>({
  name: "sandbox_faults",
  synchronize: false,
  columns: { gatewayMerchantId: primary(id()), faults: text(500), changedAt: time() },
});

/** Replaces the merchant's faults. */
export async function writeSandboxFaults(tx: Tx, row: SandboxFaultsRow): Promise<void> {
  const { faults, changedAt } = row;
  await upsertRow(tx, sandboxFaults, "gatewayMerchantId", row, { faults, changedAt });
}

/** The merchant's faults; "" for none. */
export async function findSandboxFaults(db: EntityManager, gatewayMerchantId: string): Promise<string> {
  if (!isGatewayId(gatewayMerchantId)) return "";
  const row = await selectRow(db, sandboxFaults, "WHERE gateway_merchant_id = ?", [gatewayMerchantId]);
  return row?.faults ?? "";
}
