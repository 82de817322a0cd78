import { installMissing } from "../support/packages.js";
import { startDatabase, type TestDatabase } from "../support/mariadb.js";
import { DATABASE_SERVER } from "../support/mariadb-programs.js";

/** A database server of this run's own, started when the first row asks for it: each commit goes to the disk. */
export class BenchServer {
  #started: Promise<TestDatabase> | undefined;

  async url(): Promise<string> {
    if (this.#started === undefined) installMissing([DATABASE_SERVER]);
    this.#started ??= startDatabase();
    return (await this.#started).url;
  }

  async stop(): Promise<void> {
    await (await this.#started)?.stop();
  }
}
