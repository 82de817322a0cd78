import { EntitySchema } from "typeorm/entity-schema/EntitySchema.js";

import { flag, id, integer, primary } from "../engine/columns.js";

/** How far the events of a merchant and mode are numbered, and which of them are no longer kept. */
export interface EventSequenceRow {
  readonly merchantId: string;
  readonly livemode: boolean;
  /** The highest sequence given out; 0 before the first. */
  readonly last: number;
  /** The highest sequence that was swept: events after it are kept. 0 if none was. */
  readonly swept: number;
}

export const eventSequences = new EntitySchema<EventSequenceRow>({
  name: "event_sequence",
  synchronize: false,
  columns: { merchantId: primary(id()), livemode: primary(flag()), last: integer(), swept: integer() },
});
