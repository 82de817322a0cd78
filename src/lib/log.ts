import { type Bindings, type DestinationStream, type Logger, pino } from "pino";

/** Structured log of the service: one JSON object per line. */
export type Log = Logger;

/**
 * Creates a log that writes lines of `level` and above to `destination` (standard output by default).
 *
 * No caller passes gateway messages, keys or cards. The list below is the safety net for a field inside a
 * larger object that is logged.
 */
export function createLog(level: string, destination?: DestinationStream): Log {
  const options = { level, base: null, formatters: { log: censored }, serializers: { err: describeError } };
  const log = destination === undefined ? pino(options) : pino(options, destination);
  // pino applies no formatter to a child's bindings.
  const child = Reflect.get(log, "child") as unknown as (this: Log, bindings: Bindings) => Log;
  return Object.assign(log, {
    child(this: Log, bindings: Bindings) {
      return child.call(this, censored(bindings));
    },
  });
}

/**
 * Property names whose values are redacted. Gateway messages are a `body` of bytes or a list of `fields`,
 * without property names inside.
 */
const SECRET_NAMES = new Set([
  "authorization",
  "body",
  "cardCVV",
  "cardNumber",
  "cookie",
  "fields",
  "key",
  "password",
  "secret",
  "signature",
  "xref",
]);

/** Levels below the line's own properties. */
const DEPTH_MAX = 2;

/**
 * Redacts secrets, copying the object only where it has some. pino's own redaction costs as much as the rest
 * of a call.
 */
function censored(object: Record<string, unknown>, depth = 0): Record<string, unknown> {
  let copy: Record<string, unknown> | undefined;
  for (const name of Object.keys(object)) {
    const value = object[name];
    const shown = SECRET_NAMES.has(name) ? "[redacted]" : inside(name, value, depth);
    if (shown === value) continue;
    copy ??= { ...object };
    copy[name] = shown;
  }
  return copy ?? object;
}

/** Skips `err`, which the serializer below handles. */
function inside(name: string, value: unknown, depth: number): unknown {
  if (depth === DEPTH_MAX || name === "err" || typeof value !== "object" || value === null) return value;
  return Buffer.isBuffer(value) ? value : censored(value as Record<string, unknown>, depth + 1);
}

/** The logged properties of an error. Never all of them: database errors carry their statement with its values. */
function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { message: textOf(error) };
  const { name, message, stack } = error;
  const { code, errno } = error as { code?: unknown; errno?: unknown };
  return { name, message, stack, code, errno };
}

/** Shows only the type of a thrown object: its `toString` may throw, and its properties may be secrets. */
function textOf(thrown: unknown): string {
  const isObject = (typeof thrown === "object" && thrown !== null) || typeof thrown === "function";
  return isObject ? Object.prototype.toString.call(thrown) : String(thrown);
}
