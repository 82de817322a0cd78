import type { EntityManager } from "typeorm";
import { EntitySchema } from "typeorm/entity-schema/EntitySchema.js";

import type { MerchantScope } from "../../domain/merchant-scope.js";
import { isGatewayId, isId } from "../../lib/ids.js";
import { bytes, flag, id, index, optional, primary, text, time } from "../engine/columns.js";
import { insertRows } from "../query/insert.js";
import {
  columnsWhere,
  firstOf,
  rowWhere,
  type Select,
  selectRow,
  selectRows,
  rowsWhere,
} from "../query/select.js";
import { columnsOf, type PartOf } from "../query/table.js";
import { updateRows } from "../query/update.js";
import type { Tx } from "../transaction.js";

/**
 * A merchant's account at the gateway: Cardstream's in live mode, the sandbox's in test mode. One for each
 * mode.
 */
export interface GatewayAccountRow {
  merchantId: string;
  livemode: boolean;
  /** The gateway's `merchantID`. Several merchants may share one. */
  gatewayMerchantId: string;
  secretSealed: Buffer;
  /** The token for the gateway's transaction search, sealed; null if the operator gave none. */
  restTokenSealed: Buffer | null;
  /** Two letters of ISO 3166, upper case. */
  countryCode: string;
  createdAt: number;
}

export const gatewayAccounts = new EntitySchema<GatewayAccountRow>({
  name: "gateway_account",
  synchronize: false,
  columns: {
    merchantId: primary(id()),
    livemode: primary(flag()),
    gatewayMerchantId: text(64),
    secretSealed: bytes(),
    restTokenSealed: optional(bytes()),
    countryCode: id(),
    createdAt: time(),
  },
  indices: [index("gatewayMerchantId")],
});

export async function insertGatewayAccount(tx: Tx, row: GatewayAccountRow): Promise<void> {
  await insertRows(tx, gatewayAccounts, row);
}

export async function findGatewayAccount(
  db: EntityManager,
  { merchantId, livemode }: MerchantScope,
): Promise<GatewayAccountRow | undefined> {
  if (!isId("mer", merchantId)) return undefined;
  const condition = "WHERE merchant_id = ? AND livemode = ?";
  return await selectRow(db, gatewayAccounts, condition, [merchantId, livemode]);
}

/** What a form is signed with. */
const FOR_FORM = columnsOf(
  gatewayAccounts,
  "merchantId",
  "livemode",
  "gatewayMerchantId",
  "secretSealed",
  "countryCode",
);

/** An account as far as a form needs it. */
export type FormAccountRow = PartOf<typeof FOR_FORM>;

/** Selects the account that a session's form is signed with. */
export function formAccountOfSession(sessionId: string): Select<FormAccountRow | undefined> {
  const condition = `WHERE merchant_id = ${ofSession("merchant_id")} AND livemode = ${ofSession("livemode")}`;
  return firstOf(columnsWhere(FOR_FORM, condition, [sessionId, sessionId]));
}

const ofSession = (column: string): string => `(SELECT ${column} FROM checkout_session WHERE id = ?)`;

/** Selects the account of a merchant in one mode. */
export function accountOf({ merchantId, livemode }: MerchantScope): Select<GatewayAccountRow | undefined> {
  return rowWhere(gatewayAccounts, "WHERE merchant_id = ? AND livemode = ?", [merchantId, livemode]);
}

/** Every account with this `merchantID`, in a stable order. */
export async function listGatewayAccounts(
  db: EntityManager,
  gatewayMerchantId: string,
): Promise<GatewayAccountRow[]> {
  if (!isGatewayId(gatewayMerchantId)) return [];
  const condition = "WHERE gateway_merchant_id = ? ORDER BY merchant_id, livemode DESC";
  return await selectRows(db, gatewayAccounts, condition, [gatewayMerchantId]);
}

/** Every test account. */
export async function listTestGatewayAccounts(db: EntityManager): Promise<GatewayAccountRow[]> {
  return await selectRows(db, gatewayAccounts, "WHERE livemode = 0 ORDER BY merchant_id", []);
}

/** The fields of an account that may change. */
export type GatewayAccountChange = Partial<Omit<GatewayAccountRow, "merchantId" | "livemode" | "createdAt">>;

export async function updateGatewayAccount(
  tx: Tx,
  { merchantId, livemode }: MerchantScope,
  change: GatewayAccountChange,
): Promise<void> {
  await updateRows(tx, gatewayAccounts, change, "merchant_id = ? AND livemode = ?", [merchantId, livemode]);
}

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
