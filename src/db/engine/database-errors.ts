import { isBusy } from "./retry-busy.js";
import { DatabaseAway, DatabaseClosed } from "./database.js";
import { UnusableConnection } from "./unusable-connection.js";

/**
 * Whether a unique key refused the row. `index` is the key's name, `<table>_<column>_<column>` as
 * `createTable` makes it, or `PRIMARY`. If a row violates two keys, it depends on the engine which one the
 * error names.
 */
export function isDuplicateKey(error: unknown, index?: string): boolean {
  const { code, errno, message } = driverError(error);
  if (errno === 1062) {
    // The last quoted word of the message, in every language: ... for key 'payment_intent_session_id'. MySQL
    // 8 puts the table in front: 'payment_intent.PRIMARY'.
    return index === undefined || /'(?:[^'.]*\.)?([^'.]+)'[^']*$/.exec(message)?.[1] === index;
  }
  if (code === "SQLITE_CONSTRAINT_PRIMARYKEY") return index === undefined || index === "PRIMARY";
  if (code !== "SQLITE_CONSTRAINT_UNIQUE") return false;
  return index === undefined || sqliteIndex(message) === index;
}

/** Whether another transaction held a lock for longer than this service waits. */
export function isLockTimeout(error: unknown): boolean {
  return driverError(error).errno === 1205;
}

/** Whether the server ended the transaction at once, since another transaction conflicted with it. */
export function isDeadlock(error: unknown): boolean {
  const { errno } = driverError(error);
  return CONFLICTS.has(errno) && errno !== 1205;
}

/**
 * Whether the server has no room for another connection, in total or for this user: open connections keep
 * working.
 */
export function isTooManyConnections(error: unknown): boolean {
  return TOO_MANY.has(driverError(error).errno);
}

/** Whether the transaction may well succeed if all of it runs again. */
export function isWorthAnotherRun(error: unknown): boolean {
  const failure = driverError(error);
  return (
    isBusy(failure) ||
    CONFLICTS.has(failure.errno) ||
    ELSEWHERE.has(failure.errno) ||
    isConnectionLost(failure)
  );
}

/** Whether a connection broke or could not be opened. */
export function isConnectionLost(error: unknown): boolean {
  const { code, errno, message } = driverError(error);
  return LOST_CODES.has(code) || LOST_ERRNOS.has(errno) || message.endsWith("in closed state");
}

/** Whether a failed COMMIT with this error has certainly changed nothing. */
export function isSurelyUndone(error: unknown): boolean {
  const failure = driverError(error);
  return isBusy(failure) || CONFLICTS.has(failure.errno) || isRefusedForGood(failure);
}

/**
 * Whether the database cannot be reached, has no room for this caller or cannot do its work: the API answers
 * 503 and the caller tries later. Every error of a server counts as that, unless it is about the statement or
 * its values.
 */
export function isDatabaseAway(error: unknown): boolean {
  const failure = driverError(error);
  if (failure instanceof DatabaseClosed || failure instanceof DatabaseAway) return true;
  if (failure instanceof UnusableConnection) return true;
  if (isWorthAnotherRun(failure) || NO_ROOM.test(failure.message)) return true;
  return isServersWord(failure) ? !isRefusedForGood(failure) : SQLITE_AWAY.test(String(failure.code));
}

/**
 * Whether the connection that returned this error is to be closed: another one may lead to a server that
 * works.
 */
export function closesConnection(error: unknown): boolean {
  return isDatabaseAway(error) && !CONFLICTS.has(driverError(error).errno);
}

/** Whether the database is up, but has no room or no right to write: reads go on. */
export function isWriteRefused(error: unknown): boolean {
  const { code, errno } = driverError(error);
  return WRITE_REFUSED.has(errno) || /^SQLITE_(FULL|IOERR|READONLY|CANTOPEN)/.test(String(code));
}

/**
 * Whether an error was caused by the database or the machine, and not by the values to store: the next try
 * may succeed, so the caller keeps its data. Errors of this service have neither code nor number.
 */
export function mayPass(error: unknown): boolean {
  const failure = driverError(error);
  if (isDatabaseAway(failure)) return true;
  return (failure.code !== undefined || failure.errno !== undefined) && !isRowRefused(failure);
}

/** Whether the database works and will refuse these values every time. */
function isRowRefused({ code, errno }: DriverError): boolean {
  return ROW_REFUSED.has(errno) || /^SQLITE_(CONSTRAINT|MISMATCH|TOOBIG)/.test(String(code));
}

/**
 * Whether the values, or the statement itself, are refused every time: classes 21 (count of columns), 22
 * (data), 23 (constraint) and 42 (syntax).
 */
function isRefusedForGood(failure: DriverError): boolean {
  if (isRowRefused(failure)) return true;
  return /^(21|22|23|42)/.test(String(failure.sqlState)) && !NO_RIGHT_OR_ROOM.has(failure.errno);
}

/** A server's errors have a number and an SQLSTATE; those of the network and of Node.js have neither. */
function isServersWord({ errno, sqlState }: DriverError): boolean {
  return typeof errno === "number" && typeof sqlState === "string";
}

/**
 * Null, duplicate, out of range, truncated, wrong value or text, no default, foreign key, too long, check
 * (MySQL 8, MariaDB).
 */
const ROW_REFUSED = new Set<unknown>([1048, 1062, 1264, 1265, 1292, 1366, 1364, 1452, 1406, 3819, 4025]);

/** Errors of class 42 that are about the user: too many connections, and rights that were taken away. */
const NO_RIGHT_OR_ROOM = new Set<unknown>([1044, 1049, 1142, 1143, 1203, 1226, 1227, 1370]);

/**
 * After these the connection is usable once rolled back: deadlock, lock wait timeout, record changed since
 * last read (MariaDB 11.6), rolled back by a group that found a conflict (MySQL).
 */
const CONFLICTS = new Set<unknown>([1213, 1205, 1020, 3101]);

/**
 * This server cannot do it, but the next connection may lead to one that can: read-only or demoted (1290,
 * 1792, 1836, 3098, 3100), offline (3032), shutting down (1053), not part of its cluster (1047), failed at
 * COMMIT (1180), session killed (3169); too many connections, in total or of this user (1040, 1203, 1226).
 */
const ELSEWHERE = new Set<unknown>([
  1290, 1792, 1836, 3098, 3100, 3032, 1053, 1047, 1180, 3169, 1040, 1203, 1226,
]);

const TOO_MANY = new Set<unknown>([1040, 1203, 1226]);

/**
 * Read-only; disk full when writing a file (1026), in the storage engine (1030), of a table (1114) or at all
 * (1021, and the codes 3, 14, 20 of the server's own file calls); the binary log cannot be written (1598).
 */
const WRITE_REFUSED = new Set<unknown>([
  1290, 1792, 1836, 3098, 3100, 3, 14, 20, 1021, 1026, 1030, 1114, 1180, 1598,
]);

/**
 * Full disk, an I/O error or a missing right in the file system, a file locked or damaged by another process,
 * no memory.
 */
const SQLITE_AWAY = /^SQLITE_(FULL|IOERR|READONLY|CANTOPEN|PERM|PROTOCOL|LOCKED|NOMEM|CORRUPT|NOTADB)/;

/**
 * Connection aborted, packets out of order, interrupted while reading or writing (1158 to 1161), connection
 * killed (MariaDB), idle for too long (MySQL 8).
 */
const LOST_ERRNOS = new Set<unknown>([1152, 1156, 1158, 1159, 1160, 1161, 1927, 4031]);

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

/** Errors of mysql2's pool, which have no code. */
const NO_ROOM = /^(Queue limit reached|No connections available|Pool is closed)\.$/;

type DriverError = Error & {
  readonly code?: unknown;
  readonly errno?: unknown;
  readonly sqlState?: unknown;
};

/** Unwraps the driver's error from TypeORM's. */
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
