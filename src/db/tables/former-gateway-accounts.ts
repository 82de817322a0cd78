import type { EntityManager } from "typeorm";
import { EntitySchema } from "typeorm/entity-schema/EntitySchema.js";

import type { MerchantScope } from "../../domain/merchant-scope.js";
import { isGatewayId } from "../../lib/ids.js";
import { bytes, flag, id, index, primary, text, time } from "../engine/columns.js";
import { insertRows } from "../query/insert.js";
import { rowsWhere, type Select, selectRows } from "../query/select.js";
import type { Tx } from "../transaction.js";

/**
 * A gateway account as it was before a change: forms signed with it are still open, and their results arrive
 * signed with its secret.
 */
export interface FormerGatewayAccountRow {
  merchantId: string;
  livemode: boolean;
  /** Until when results signed with it are accepted. */
  validUntil: number;
  gatewayMerchantId: string;
  secretSealed: Buffer;
}

export const formerGatewayAccounts = new EntitySchema<FormerGatewayAccountRow>({
  name: "former_gateway_account",
  synchronize: false,
  columns: {
    merchantId: primary(id()),
    livemode: primary(flag()),
    validUntil: primary(time()),
    gatewayMerchantId: text(64),
    secretSealed: bytes(),
  },
  indices: [index("gatewayMerchantId")],
});

export async function insertFormerGatewayAccount(tx: Tx, row: FormerGatewayAccountRow): Promise<void> {
  await insertRows(tx, formerGatewayAccounts, row);
}

/** Selects the merchant's former accounts that are still accepted, the newest first. */
export function formerAccountsOf(
  { merchantId, livemode }: MerchantScope,
  now: number,
): Select<FormerGatewayAccountRow[]> {
  const condition = "WHERE merchant_id = ? AND livemode = ? AND valid_until > ? ORDER BY valid_until DESC";
  return rowsWhere(formerGatewayAccounts, condition, [merchantId, livemode, now]);
}

/** Every former account with this `merchantID` that is still accepted, in a stable order. */
export async function listFormerGatewayAccountsNamed(
  db: EntityManager,
  gatewayMerchantId: string,
  now: number,
): Promise<FormerGatewayAccountRow[]> {
  if (!isGatewayId(gatewayMerchantId)) return [];
  const condition =
    "WHERE gateway_merchant_id = ? AND valid_until > ? ORDER BY merchant_id, valid_until DESC";
  return await selectRows(db, formerGatewayAccounts, condition, [gatewayMerchantId, now]);
}
