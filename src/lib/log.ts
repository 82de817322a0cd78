import { type Bindings, type DestinationStream, type Logger, pino } from "pino";

/** The structured log of the service: one JSON object a line. */
export type Log = Logger;

/**
 * A log that writes to `destination` (standard output by default) from `level` on.
 *
 * Messages of the gateway, keys and cards are never handed to it. The list below is the net under that rule, for a
 * field that slips in with an object that somebody logs whole.
 */
export function createLog(level: string, destination?: DestinationStream): Log {
  const options = { level, base: null, formatters: { log: censored }, serializers: { err: describeError } };
  const log = destination === undefined ? pino(options) : pino(options, destination);
  // What a child repeats on each of its lines passes no formatter.
  const child = Reflect.get(log, "child") as unknown as (this: Log, bindings: Bindings) => Log;
  return Object.assign(log, {
    child(this: Log, bindings: Bindings) {
      return child.call(this, censored(bindings));
    },
  });
}

/** A message of the gateway is a `body` of bytes or a list of `fields`: no names inside that could be listed. */
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

/** How deep below the line's own names. */
const DEPTH_MAX = 2;

/** The same without secrets. pino's own redaction does this too, but costs as much as the rest of a call. */
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

/** What an error may show is for its serializer to say. */
function inside(name: string, value: unknown, depth: number): unknown {
  if (depth === DEPTH_MAX || name === "err" || typeof value !== "object" || value === null) return value;
  return Buffer.isBuffer(value) ? value : censored(value as Record<string, unknown>, depth + 1);
}

/** What of an error is logged. Never the error whole: database errors carry their statement with all its values. */
function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { message: textOf(error) };
  const { name, message, stack } = error;
  const { code, errno } = error as { code?: unknown; errno?: unknown };
  return { name, message, stack, code, errno };
}

/** Of an object no more than its kind: its own `toString` may throw, and its properties may be secrets. */
function textOf(thrown: unknown): string {
  const isObject = (typeof thrown === "object" && thrown !== null) || typeof thrown === "function";
  return isObject ? Object.prototype.toString.call(thrown) : String(thrown);
}
