import { setTimeout as sleep } from "node:timers/promises";

import mysql, { type Connection } from "mysql2/promise";

import type { GroupServer, ServerGroup } from "../../support/servers/server-group.js";

const EVERY_MS = 100;
const ANSWERS_WITHIN_MS = 1_000;

/** A row is inserted all the time, on whichever member allows it: none waits for another one's lock. */
const SETUP = [
  "create database if not exists watched",
  "create table if not exists watched.beat (id int primary key auto_increment)",
];
const BEAT = { sql: "insert into watched.beat () values ()", timeout: ANSWERS_WITHIN_MS };

/** Writes to each member by a plain connection all the time, and keeps when one of them took it. */
export class GroupProbe {
  /** In milliseconds since the epoch. */
  readonly written: number[] = [];
  readonly #stopping = new AbortController();
  readonly #lanes: Promise<void>[];

  private constructor(group: ServerGroup) {
    this.#lanes = group.members.map((member) => this.#run(member));
  }

  static async start(group: ServerGroup): Promise<GroupProbe> {
    const primary = await group.primary();
    await primary.ask(async (connection) => {
      for (const statement of SETUP) await connection.query(statement);
    });
    return new GroupProbe(group);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#lanes);
  }

  async #run(member: GroupServer): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      await this.#beat(member);
      await sleep(EVERY_MS);
    }
  }

  /** Writes by one connection until the member refuses it. */
  async #beat({ url: uri }: GroupServer): Promise<void> {
    let connection: Connection | undefined;
    try {
      connection = await mysql.createConnection({ uri, connectTimeout: ANSWERS_WITHIN_MS });
      connection.on("error", () => undefined); // The next write fails with it.
      while (!this.#stopping.signal.aborted) {
        await connection.query(BEAT);
        this.written.push(Date.now());
        await sleep(EVERY_MS);
      }
    } catch {
      // A secondary, or a member that is away: it is asked again.
    } finally {
      connection?.destroy();
    }
  }
}
