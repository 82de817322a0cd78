import { isBusy } from "./busy.js";
import { DatabaseClosed } from "./database.js";
import { UnusableConnection } from "./unusable-connection.js";

/**
 * Whether a unique key refused the row. `index` is the key's name, `<table>_<column>_<column>` as `createTable` makes
 * it, or `PRIMARY`. Which one is named for a row that violates two of them depends on the engine.
 */
export function isDuplicateKey(error: unknown, index?: string): boolean {
  const { code, errno, message } = driverError(error);
  if (errno === 1062) {
    // ... for key 'payment_intent_session_id'; MySQL 8 puts the table in front: 'payment_intent.PRIMARY'.
    return index === undefined || /for key '(?:[^']*\.)?([^'.]*)'$/.exec(message)?.[1] === index;
  }
  if (code === "SQLITE_CONSTRAINT_PRIMARYKEY") return index === undefined || index === "PRIMARY";
  if (code !== "SQLITE_CONSTRAINT_UNIQUE") return false;
  return index === undefined || sqliteIndex(message) === index;
}

/** Whether a lock was held by somebody else for longer than we wait. */
export function isLockTimeout(error: unknown): boolean {
  return driverError(error).errno === 1205;
}

/** Whether the transaction may well succeed if all of it runs again. */
export function isWorthAnotherRun(error: unknown): boolean {
  const failure = driverError(error);
  return isBusy(failure) || LOCK_CONFLICTS.has(failure.errno) || isConnectionLost(failure);
}

/** Whether the database cannot be reached, or has no room for this caller: answer 503, and the caller tries later. */
export function isDatabaseAway(error: unknown): boolean {
  const failure = driverError(error);
  if (failure instanceof DatabaseClosed || failure instanceof UnusableConnection) return true;
  return isWorthAnotherRun(failure) || FULL_OR_READ_ONLY.has(failure.errno) || NO_ROOM.test(failure.message);
}

/**
 * Whether an error came of the database or the machine, and not of what was to be stored: it may be gone by the next try,
 * so the caller keeps what it has. Errors of our own have neither code nor number.
 */
export function mayPass(error: unknown): boolean {
  const { code, errno } = driverError(error);
  if (isDatabaseAway(error)) return true;
  return (code !== undefined || errno !== undefined) && !isRowRefused(error);
}

/** Whether the database works, and will refuse these values every time. */
function isRowRefused(error: unknown): boolean {
  const { code, errno } = driverError(error);
  return ROW_REFUSED.has(errno) || /^SQLITE_(CONSTRAINT|MISMATCH|TOOBIG)/.test(String(code));
}

/**
 * Null, duplicate, out of range, cut off, wrong value or text, no default, foreign key, too long, check (MySQL 8,
 * MariaDB).
 */
const ROW_REFUSED = new Set<unknown>([1048, 1062, 1264, 1265, 1292, 1366, 1364, 1452, 1406, 3819, 4025]);

/** Deadlock, lock wait timeout, record changed since last read (MariaDB 11.6), node not ready (Galera). */
const LOCK_CONFLICTS = new Set<unknown>([1213, 1205, 1020, 1047]);

/**
 * Server going down, connection aborted, packets out of order, cut while reading or writing (1158 to 1161), connection
 * killed (MariaDB), idle for too long (MySQL 8).
 */
const LOST_ERRNOS = new Set<unknown>([1053, 1152, 1156, 1158, 1159, 1160, 1161, 1927, 4031]);

const LOST_CODES = new Set<unknown>([
  "PROTOCOL_CONNECTION_LOST",
  "PROTOCOL_ENQUEUE_AFTER_FATAL_ERROR",
  "PROTOCOL_ERROR",
  "PROTOCOL_UNEXPECTED_PACKET",
  "PROTOCOL_SEQUENCE_TIMEOUT",
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EPIPE",
  "ETIMEDOUT",
]);

/** Too many connections, of all or of this user; a former primary that has become read-only. */
const FULL_OR_READ_ONLY = new Set<unknown>([1040, 1203, 1226, 1290, 1792, 1836]);

/** mysql2's pool gives these no code. */
const NO_ROOM = /^(Queue limit reached|No connections available|Pool is closed)\.$/;

function isConnectionLost({ code, errno, message }: DriverError): boolean {
  return LOST_CODES.has(code) || LOST_ERRNOS.has(errno) || message.endsWith("in closed state");
}

type DriverError = Error & { readonly code?: unknown; readonly errno?: unknown };

/** TypeORM wraps what the driver threw. */
function driverError(error: unknown): DriverError {
  if (!(error instanceof Error)) return new Error(String(error));
  return "driverError" in error && error.driverError instanceof Error ? error.driverError : error;
}

/** SQLite names the columns: "UNIQUE constraint failed: payment_intent.merchant_id, payment_intent.session_id". */
function sqliteIndex(message: string): string {
  const columns = message.replace(/^.*: /, "").split(", ");
  const table = columns[0]?.split(".")[0];
  return [table, ...columns.map((column) => column.split(".")[1])].join("_");
}
