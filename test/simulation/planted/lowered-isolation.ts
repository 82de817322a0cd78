import type { PlantedBug } from "./planted-bug.js";

/**
 * Not a bug: a setting with which the simulation must find nothing. The transactions that say SERIALIZABLE run at the
 * level of the session, READ COMMITTED, as on a database of MySQL's protocol that has no SERIALIZABLE.
 */
export const LOWERED_ISOLATION: PlantedBug = {
  name: "READ COMMITTED",
  engine: "server",
  changes: [
    {
      file: "db/engine/mysql-executor.js",
      from: 'SERIALIZABLE: "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE;\\nSTART TRANSACTION"',
      to: 'SERIALIZABLE: "START TRANSACTION"',
    },
  ],
};
