import type { DatabaseHealth } from "../engine/database.js";
import type { SqliteReader } from "./sqlite-reader.js";
import type { SqliteWriter } from "./sqlite-writer.js";
import { WRITE_CHECK, writeCheckFiller } from "../engine/write-check.js";

/** Knows whether the embedded file can be read and written. */
export class SqliteHealth implements DatabaseHealth {
  readonly #reader: SqliteReader;
  readonly #writer: SqliteWriter;
  #writesInDoubt = false;

  constructor(reader: SqliteReader, writer: SqliteWriter) {
    this.#reader = reader;
    this.#writer = writer;
  }

  /**
   * The lock for writing is asked for too: another process may hold it, and a file system that is read-only
   * has none.
   */
  async check(): Promise<void> {
    await this.#reader.read("select 1", []);
    const thoroughly = this.#writesInDoubt;
    const transaction = await this.#writer.begin();
    try {
      if (!thoroughly) return;
      transaction.run(WRITE_CHECK, [writeCheckFiller()]);
      await transaction.commit();
      this.#writesInDoubt = false;
    } finally {
      transaction.rollback(); // Does nothing behind a commit.
    }
  }

  /** Whoever tries learns at once. */
  admitWrite(): void {}

  doubtWrites(): void {
    this.#writesInDoubt = true;
  }
}
