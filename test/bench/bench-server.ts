import { tmpdir } from "node:os";

import { installMissing } from "../support/packages.js";
import { givenDatabase, startDatabase, type TestDatabase } from "../support/mariadb.js";
import { DATABASE_SERVER } from "../support/mariadb-programs.js";

/** A database server of this run's own, started when the first row asks for it: each commit goes to the disk, and waits for it. */
export class BenchServer {
  #started: Promise<TestDatabase> | undefined;

  /** Takes a server that is there already, of which nobody may expect what is measured. */
  borrow(url: string): void {
    this.#started = givenDatabase(url);
  }

  async url(): Promise<string> {
    return (await (this.#started ??= this.#start())).url;
  }

  async #start(): Promise<TestDatabase> {
    installMissing([DATABASE_SERVER]);
    return await startDatabase({ folder: tmpdir(), settings: [] });
  }

  async stop(): Promise<void> {
    await (await this.#started)?.stop();
  }
}
