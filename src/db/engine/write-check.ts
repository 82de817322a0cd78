import { randomBytes } from "node:crypto";

import { EntitySchema } from "typeorm/entity-schema/EntitySchema.js";

import { bytes, integer, primary } from "./columns.js";

/** A table of one row, which is overwritten to find out whether the database accepts writes. */
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
 * Takes several times the space that a payment's rows take. Used only after a write has failed, since it is a
 * write itself.
 */
export const WRITE_CHECK = "UPDATE write_check SET filler = ? WHERE id = 1";

/** Is refused wherever writes are refused, and changes nothing: no row has this id. */
export const WRITE_CHECK_LIGHT = "UPDATE write_check SET id = 0 WHERE id = 0";

/** Differs each time: a server skips an update that changes nothing. */
export function writeCheckFiller(): Buffer {
  return randomBytes(64 * 1024);
}
