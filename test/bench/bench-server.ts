import { tmpdir } from "node:os";

import { givenDatabase, startDatabase, type TestDatabase } from "../support/servers/private-server.js";
import { bringServer } from "../support/servers/server-choice.js";
import type { ServerName } from "../support/servers/server-programs.js";

/**
 * A database server of this run's own, started when the first row asks for it: each commit goes to the disk,
 * and waits for it.
 */
export class BenchServer {
  #started: Promise<TestDatabase> | undefined;
  #asked: ServerName | undefined;

  /** Chooses the kind of server; MySQL by default. */
  ask(name: ServerName | undefined): void {
    this.#asked = name;
  }

  /** Takes a server that is there already, of which nobody may expect what is measured. */
  borrow(url: string): void {
    this.#started = givenDatabase(url);
  }

  async url(): Promise<string> {
    return (await (this.#started ??= this.#start())).url;
  }

  /** "MySQL 9.7.4-2", or undefined where no row has asked for a server. */
  async title(): Promise<string | undefined> {
    return (await this.#started)?.title;
  }

  async #start(): Promise<TestDatabase> {
    bringServer(this.#asked);
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
const SETTINGS = [
  "--innodb-buffer-pool-size=1G",
  // MariaDB's name for it, and MySQL's: each passes over the other's.
  "--loose-innodb-log-file-size=256M",
  "--loose-innodb-redo-log-capacity=256M",
];
