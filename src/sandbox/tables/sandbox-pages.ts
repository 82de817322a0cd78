import type { EntityManager } from "typeorm";
import { EntitySchema } from "typeorm/entity-schema/EntitySchema.js";
import { LessThan } from "typeorm/find-options/operator/LessThan.js";

import { isId } from "../../lib/ids.js";
import { id, json, primary, time } from "../../db/engine/columns.js";
import type { Tx } from "../../db/transaction.js";

/** A payment page that the sandbox gateway has given out. */
export interface SandboxPageRow {
  readonly id: string;
  /** The gateway's `merchantID`, not an id of this service. */
  readonly gatewayMerchantId: string;
  /** The requested fields as they arrived, without signature and card: names and values in order. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly createdAt: number;
}

export const sandboxPages = new EntitySchema<SandboxPageRow>({
  name: "sandbox_page",
  synchronize: false,
  columns: { id: primary(id()), gatewayMerchantId: id(), fields: json(), createdAt: time() },
});

export async function insertSandboxPage(tx: Tx, row: SandboxPageRow): Promise<void> {
  await tx.createQueryBuilder().insert().into(sandboxPages).values(row).updateEntity(false).execute();
}

/** The page with this id; undefined if there is none. */
export async function findSandboxPage(db: EntityManager, id: string): Promise<SandboxPageRow | undefined> {
  if (!isId("hpp", id)) return undefined;
  return (await db.findOneBy(sandboxPages, { id })) ?? undefined;
}

/** Deletes the pages opened before that time. */
export async function deleteSandboxPages(tx: Tx, before: number): Promise<void> {
  await tx.delete(sandboxPages, { createdAt: LessThan(before) });
}
