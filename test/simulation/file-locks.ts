import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import Libsql from "libsql";

import type { LockHolder } from "./lock-holder.js";

/** Longer than the service's patience with one statement, shorter than that with a transaction. */
const HELD_MS = 2_000;

/** Another process at the embedded file: it holds the lock of all writers. */
export function openFileLocks(dataDir: string): LockHolder {
  return {
    async holdTooLong(conversation) {
      const connection = new Libsql(path.join(dataDir, "calmony-pay.db"), { timeout: 20 });
      await begin(connection);
      return async () => {
        conversation.count("lock held too long");
        conversation.note("another process holds the file's lock");
        await sleep(HELD_MS);
        connection.exec("rollback");
        connection.close();
        conversation.note("the lock is given back");
      };
    },
    deadlock: () => Promise.reject(new Error("One writer never deadlocks.")),
  };
}

async function begin(connection: Libsql.Database): Promise<void> {
  for (;;) {
    try {
      connection.exec("begin immediate");
      return;
    } catch {
      await sleep(5); // The service is writing; this client waits for its turn as any other.
    }
  }
}
