import { setTimeout as sleep } from "node:timers/promises";

import mysql, { type Connection, type RowDataPacket } from "mysql2/promise";

import type { Conversation } from "./conversation.js";
import type { LockHolder } from "./lock-holder.js";

/** A little longer than the service lets a statement wait for a lock. */
const HELD_MS = 5_600;

/** Of two in a deadlock the server gives up the one that has written less. */
const WEIGHT_ROWS = 200;

/** How long a completion may take to come and stand in the way. */
const MEETING_WITHIN_MS = 4_000;

/** Where the rude client finds the server that takes writes; asked anew each time. */
type Server = () => Promise<string>;

/** A client of the database server, by a line of its own, who locks rows that the service needs. */
export async function openRowLocks(server: Server): Promise<LockHolder> {
  const setup = await connect(server);
  await setup.query("create table if not exists rude (id int primary key auto_increment, held int)");
  await setup.end();
  return {
    async holdTooLong(conversation) {
      const connection = await begin(server, conversation, (begun) => lockSession(begun, conversation));
      if (connection === undefined) return NOTHING;
      return async () => {
        conversation.count("lock held too long");
        conversation.note("another client holds the session's row");
        await sleep(HELD_MS);
        await leave(connection);
        conversation.note("the row is given back");
      };
    },
    async deadlock(conversation) {
      const { sessionId } = conversation;
      const connection = await begin(server, conversation, async (begun) => {
        const rows = Array.from({ length: WEIGHT_ROWS }, () => [1]);
        await begun.query("insert into rude (held) values ?", [rows]);
        // In the way of the payment intent that the completion will insert after it has locked the session.
        await begun.query(BLOCKING_INTENT, [`pi_rude${sessionId}`, sessionId]);
      });
      return connection === undefined ? NOTHING : () => meet(server, connection, conversation);
    },
  };
}

const NOTHING = (): Promise<void> => Promise.resolve();

/**
 * Begins a transaction of the rude client's. Undefined where that fails, since its server may be killed just now: the
 * trouble is not counted then.
 */
async function begin(
  server: Server,
  conversation: Conversation,
  work: (connection: Connection) => Promise<void>,
): Promise<Connection | undefined> {
  let connection: Connection | undefined;
  try {
    connection = await connect(server);
    await connection.query("begin");
    await work(connection);
    return connection;
  } catch (error) {
    conversation.note(`the other client could not begin: ${String(error)}`);
    if (connection !== undefined) await leave(connection);
    return undefined;
  }
}

async function connect(server: Server): Promise<Connection> {
  const connection = await mysql.createConnection(await server());
  connection.on("error", () => undefined); // What is asked next fails with it.
  return connection;
}

const BLOCKING_INTENT = `insert into payment_intent (id, merchant_id, livemode, session_id, status, amount,
  amount_received, amount_refunded, currency, attempt, off_session, metadata, created_at)
  values (?, 'rude', 0, ?, 'succeeded', 1, 1, 0, 'gbp', 0, 0, '{}', 0)`;

/** Waits until the completion has the session, then asks for it too: each now waits for the other. */
async function meet(server: Server, connection: Connection, conversation: Conversation): Promise<void> {
  let probe: Connection | undefined;
  try {
    probe = await connect(server);
    const before = await deadlocks(probe);
    if (!(await sessionIsTaken(probe, conversation))) return;
    await lockSession(connection, conversation);
    if ((await deadlocks(probe)) > before) {
      conversation.count("deadlock");
      conversation.note("the database has ended a deadlock with another client");
    }
  } catch (error) {
    conversation.note(`the other client gave up: ${String(error)}`);
  } finally {
    probe?.destroy();
    await leave(connection);
  }
}

async function sessionIsTaken(probe: Connection, conversation: Conversation): Promise<boolean> {
  const deadline = Date.now() + MEETING_WITHIN_MS;
  while (Date.now() < deadline) {
    try {
      await lockSession(probe, conversation, "nowait");
    } catch {
      return true; // Locked by the completion: there is nobody else.
    }
    await sleep(2);
  }
  return false;
}

async function lockSession(connection: Connection, { sessionId }: Conversation, how = ""): Promise<void> {
  await connection.query(`select id from checkout_session where id = ? for update ${how}`, [sessionId]);
}

/** How many the server has ended: MariaDB counts them in its status, MySQL among its metrics. */
async function deadlocks(connection: Connection): Promise<number> {
  const [status] = await connection.query<RowDataPacket[]>("show global status like 'Innodb_deadlocks'");
  const [metrics] = await connection.query<RowDataPacket[]>(
    "select `count` as Value from information_schema.innodb_metrics where name = 'lock_deadlocks'",
  );
  const [row] = [...status, ...metrics];
  if (row === undefined) throw new Error("The server counts no deadlocks.");
  return Number(row["Value"]);
}

/** A server that is gone, or frozen, has given back what it held, or will. */
async function leave(connection: Connection): Promise<void> {
  const rollback = { sql: "rollback", timeout: ROLLED_BACK_WITHIN_MS };
  await connection.query(rollback).catch(() => undefined);
  connection.destroy();
}

const ROLLED_BACK_WITHIN_MS = 5_000;
