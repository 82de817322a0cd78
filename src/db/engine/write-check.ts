import { randomBytes } from "node:crypto";

import { EntitySchema } from "typeorm/entity-schema/EntitySchema.js";

import { bytes, integer, primary } from "./columns.js";

/** One row, which says nothing: it is written over to find out whether the database takes writes. */
interface WriteCheckRow {
  id: number;
  filler: Buffer;
}

export const writeChecks = new EntitySchema<WriteCheckRow>({
  name: "write_check",
  synchronize: false,
  columns: { id: primary(integer()), filler: bytes() },
});

/**
 * Needs as much room as what a payment writes, several times over. Only where writes have failed: it is a
 * write itself.
 */
export const WRITE_CHECK = "UPDATE write_check SET filler = ? WHERE id = 1";

/** Is refused wherever writes are, and changes nothing: no row has this id. */
export const WRITE_CHECK_LIGHT = "UPDATE write_check SET id = 0 WHERE id = 0";

/** Never the same twice, or a server would find that there is nothing to change. */
export function writeCheckFiller(): Buffer {
  return randomBytes(64 * 1024);
}
