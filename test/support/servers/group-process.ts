import { mkdtempSync, readFileSync } from "node:fs";
import path from "node:path";

import { type Connection, createConnection } from "mysql2/promise";

import { type RunningServer, serve, untilReady } from "./server-process.js";

export const ANSWERS_WITHIN_MS = 1_000;

/** The process of one server of a group. It may be frozen, killed and started again with what it has stored. */
export abstract class GroupProcess {
  readonly port: number;
  protected readonly folder: string;
  #running: RunningServer | undefined;

  /** `folder` is removed by its owner. */
  constructor(folder: string, port: number) {
    this.folder = folder;
    this.port = port;
  }

  /** Starts it again with what it has stored; it joins the group by itself. */
  abstract start(): Promise<void>;

  /** Sends a signal to the server itself. */
  signal(name: NodeJS.Signals): void {
    process.kill(Number(readFileSync(path.join(this.folder, "pid"), "utf8")), name);
  }

  /** Its URL, for `root`. */
  get url(): string {
    return `mysql://root@127.0.0.1:${this.port}`;
  }

  async ended(): Promise<void> {
    await this.#running?.ended;
  }

  /** Does `work` as `root`, by a connection of its own. */
  async ask<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    const { port } = this;
    const connection = await createConnection({
      host: "127.0.0.1",
      port,
      user: "root",
      connectTimeout: ANSWERS_WITHIN_MS,
    });
    connection.on("error", () => undefined); // What was asked fails with it.
    try {
      return await work(connection);
    } finally {
      connection.destroy();
    }
  }

  async stop(): Promise<void> {
    await this.#running?.stop();
  }

  protected async serve(command: readonly string[]): Promise<void> {
    // Its keeper removes a folder of that run's own.
    const emptied = mkdtempSync(`${this.folder}-run-`);
    this.#running = serve(command, emptied);
    await untilReady(this.#running, this.port);
  }
}
