import { tmpdir } from "node:os";

import { installMissing } from "../support/servers/packages.js";
import { givenDatabase, startDatabase, type TestDatabase } from "../support/servers/private-server.js";
import { DATABASE_SERVER } from "../support/servers/server-programs.js";

/**
 * A database server of this run's own, started when the first row asks for it: each commit goes to the disk,
 * and waits for it.
 */
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
    return await startDatabase({ folder: tmpdir(), settings: SETTINGS });
  }

  async stop(): Promise<void> {
    await (await this.#started)?.stop();
  }
}

/**
 * As on a small server of production. What the tests have in memory is not meant to be measured: with a redo
 * log of 8 MB the server is busy with writing pages, so that the log can be used again, for a tenth of its
 * time.
 */
const SETTINGS = ["--innodb-buffer-pool-size=1G", "--innodb-log-file-size=256M"];
