/** What an error of a server means for the connection on which it came, and for the transaction. */
export interface ErrorMeaning {
  /** All of the transaction may well succeed if it runs again. */
  readonly runAgain: boolean;
  /** A COMMIT with this error has certainly changed nothing; otherwise its result is unknown. */
  readonly undone: boolean;
  /** The connection is closed, and the caller told that the database is away if no further run helps. */
  readonly away: boolean;
  /** The server answers, but has no room or no right to write: reads go on. */
  readonly refusesWrites: boolean;
}

/** The kinds of errors. */
const KINDS = {
  /** The values, or the statement itself, are refused every time. */
  refused: { runAgain: false, undone: true, away: false, refusesWrites: false },
  /** Another transaction was in the way. The connection is usable once rolled back. */
  conflict: { runAgain: true, undone: true, away: true, refusesWrites: false },
  /** This server writes nothing now, but the next connection may lead to one that does. */
  readOnly: { runAgain: true, undone: false, away: true, refusesWrites: true },
  /** This server does nothing now, but the next connection may lead to one that does. */
  elsewhere: { runAgain: true, undone: false, away: true, refusesWrites: false },
  /** The connection broke: the next one may do. */
  lost: { runAgain: true, undone: false, away: true, refusesWrites: false },
  /** The server cannot store anything until its operator has helped. */
  cannotStore: { runAgain: false, undone: false, away: true, refusesWrites: true },
  /** The server cannot do its work; nothing says that it soon will. */
  other: { runAgain: false, undone: false, away: true, refusesWrites: false },
} satisfies Record<string, ErrorMeaning>;

export type ServerErrorKind = keyof typeof KINDS;

/** The errors of MySQL and MariaDB by their numbers. For those that are not listed the class of SQLSTATE decides. */
const ERRORS: ReadonlyMap<unknown, ServerErrorKind> = new Map(
  Object.entries({
    // Null, duplicate, out of range, truncated, wrong value or text, no default, foreign key, too long, check
    // (MySQL 8, MariaDB).
    refused: [1048, 1062, 1264, 1265, 1292, 1366, 1364, 1452, 1406, 3819, 4025],
    // Deadlock, lock wait timeout, record changed since last read (MariaDB 11.6), rolled back by a group that found a
    // conflict (MySQL).
    conflict: [1213, 1205, 1020, 3101],
    // Read-only or demoted, failed at COMMIT (1180, 3100: a hook of the group's).
    readOnly: [1290, 1792, 1836, 3098, 3100, 1180],
    // Offline (3032), shutting down (1053), not part of its cluster (1047), session or statement killed (3169, 1317);
    // a member of a group that cannot wait for the others, or does not serve yet (3796 to 3799, 3782); too many
    // connections, in total or of this user (1040, 1203, 1226).
    elsewhere: [3032, 1053, 1047, 3169, 1317, 3796, 3797, 3798, 3799, 3782, 1040, 1203, 1226],
    // Connection aborted, packets out of order, interrupted while reading or writing (1158 to 1161), connection killed
    // (MariaDB), idle for too long (MySQL 8).
    lost: [1152, 1184, 1156, 1158, 1159, 1160, 1161, 1927, 4031],
    // Disk full when writing a file (1026), in the storage engine (1030), of a table (1114) or at all (1021, and the
    // codes 3, 14, 20 of the server's own file calls); the binary log cannot be written (1598).
    cannotStore: [3, 14, 20, 1021, 1026, 1030, 1114, 1598],
    // Of class 42, but about the user: rights that were taken away.
    other: [1044, 1049, 1142, 1143, 1227, 1370],
  } satisfies Record<ServerErrorKind, readonly number[]>).flatMap(([kind, numbers]) =>
    numbers.map((number): [number, ServerErrorKind] => [number, kind as ServerErrorKind]),
  ),
);

/** Count of columns, data, constraint, syntax. */
const REFUSED_CLASSES = /^(21|22|23|42)/;

/**
 * The kind of an error that has a server's number. Undefined for those of the driver, the network and Node.js, which
 * have none, or one below zero, and no SQLSTATE.
 */
export function serverErrorKind(errno: unknown, sqlState: unknown): ServerErrorKind | undefined {
  const listed = ERRORS.get(errno);
  if (listed !== undefined) return listed;
  if (typeof errno !== "number" || typeof sqlState !== "string") return undefined;
  return REFUSED_CLASSES.test(sqlState) ? "refused" : "other";
}

/** What errors of this kind mean. */
export function meaningOf(kind: ServerErrorKind): ErrorMeaning {
  return KINDS[kind];
}
