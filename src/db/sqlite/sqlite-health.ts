import type { DatabaseHealth } from "../engine/database.js";
import type { SqliteReader } from "./sqlite-reader.js";
import type { SqliteWriter } from "./sqlite-writer.js";
import { WRITE_CHECK, writeCheckFiller } from "../engine/write-check.js";

/** Checks whether the embedded file can be read and written. */
export class SqliteHealth implements DatabaseHealth {
  readonly #reader: SqliteReader;
  readonly #writer: SqliteWriter;
  #writesInDoubt = false;

  constructor(reader: SqliteReader, writer: SqliteWriter) {
    this.#reader = reader;
    this.#writer = writer;
  }

  /** Takes the write lock too: another process may hold it, and a read-only file system refuses it. */
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
      transaction.rollback(); // Does nothing after a commit.
    }
  }

  /** Never refuses: a write on the embedded file fails at once by itself. */
  admitWrite(): undefined {}

  doubtWrites(): void {
    this.#writesInDoubt = true;
  }
}
