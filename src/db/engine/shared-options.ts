import type { DataSourceOptions, EntitySchema, MigrationInterface } from "typeorm";
import { AbstractLogger } from "typeorm/logger/AbstractLogger.js";

import { SnakeCaseColumns } from "./columns.js";

export type SharedOptions = ReturnType<typeof sharedOptions>;

/** TypeORM's options for both engines. */
export function sharedOptions(
  entities: readonly EntitySchema[],
  migrations: readonly (new () => MigrationInterface)[],
) {
  return {
    entities: [...entities],
    migrations: [...migrations],
    namingStrategy: new SnakeCaseColumns(),
    // Only the migrations create tables.
    synchronize: false,
    // TypeORM would print statements with their values, and some lines whatever its log level. Errors reach
    // the service's own log.
    logging: false,
    logger: new NoLogger(),
    // TypeORM's default, written out: a forgotten value in a condition must not come to mean "any row".
    invalidWhereValuesBehavior: { null: "throw", undefined: "throw" },
  } satisfies Partial<DataSourceOptions>;
}

class NoLogger extends AbstractLogger {
  protected override writeLog(): void {}
}
