import { isBusy } from "./retry-busy.js";
import { DatabaseAway, DatabaseClosed } from "./database.js";
import { type ErrorMeaning, meaningOf, serverErrorKind, type ServerErrorKind } from "./server-errors.js";
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
  return kindOf(driverError(error)) === "conflict" && !isLockTimeout(error);
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
  return isBusy(failure) || isConnectionLost(failure) || meaning(failure)?.runAgain === true;
}

/**
 * Whether a connection broke or could not be opened. The driver says of every such error that it is fatal, whatever
 * its code is: a reset, no route, no free port or file descriptor, a failed handshake of TLS. Those of this service
 * have one of the codes.
 */
export function isConnectionLost(error: unknown): boolean {
  const failure = driverError(error);
  const kind = kindOf(failure);
  if (kind !== undefined) return kind === "lost";
  return failure.fatal === true || LOST_CODES.has(failure.code);
}

/** Whether a failed COMMIT with this error has certainly changed nothing. */
export function isSurelyUndone(error: unknown): boolean {
  const failure = driverError(error);
  return isBusy(failure) || meaning(failure)?.undone === true || isRowRefused(failure);
}

/**
 * Whether the database cannot be reached, has no room for this caller or cannot do its work: the API answers
 * 503 and the caller tries later. Every error of a server counts as that, unless it is about the statement or
 * its values; and every one of a connection.
 */
export function isDatabaseAway(error: unknown): boolean {
  const failure = driverError(error);
  if (failure instanceof DatabaseClosed || failure instanceof DatabaseAway) return true;
  if (failure instanceof UnusableConnection) return true;
  if (isWorthAnotherRun(failure) || NO_ROOM.test(failure.message)) return true;
  return meaning(failure)?.away ?? SQLITE_AWAY.test(String(failure.code));
}

/**
 * Whether the connection that returned this error is to be closed: another one may lead to a server that
 * works.
 */
export function closesConnection(error: unknown): boolean {
  return isDatabaseAway(error) && kindOf(driverError(error)) !== "conflict";
}

/** Whether the database is up, but has no room or no right to write: reads go on. */
export function isWriteRefused(error: unknown): boolean {
  const failure = driverError(error);
  return (
    meaning(failure)?.refusesWrites ?? /^SQLITE_(FULL|IOERR|READONLY|CANTOPEN)/.test(String(failure.code))
  );
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
  // Without its SQLSTATE: a statement that is refused may be mended, and the values are kept for that.
  return (
    serverErrorKind(errno, undefined) === "refused" ||
    /^SQLITE_(CONSTRAINT|MISMATCH|TOOBIG)/.test(String(code))
  );
}

function kindOf({ errno, sqlState }: DriverError): ServerErrorKind | undefined {
  return serverErrorKind(errno, sqlState);
}

function meaning(failure: DriverError): ErrorMeaning | undefined {
  const kind = kindOf(failure);
  return kind && meaningOf(kind);
}

/** Of the server in total, or of this user. */
const TOO_MANY = new Set<unknown>([1040, 1203, 1226]);

/**
 * Full disk, an I/O error or a missing right in the file system, a file locked or damaged by another process,
 * no memory.
 */
const SQLITE_AWAY = /^SQLITE_(FULL|IOERR|READONLY|CANTOPEN|PERM|PROTOCOL|LOCKED|NOMEM|CORRUPT|NOTADB)/;

/** Of the driver, of the network, and of this service where it gives a connection up. */
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
  /** True where the driver does not use the connection again. */
  readonly fatal?: unknown;
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
