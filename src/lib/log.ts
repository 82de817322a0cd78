import { type DestinationStream, type Logger, pino } from "pino";

/** The structured log of the service: one JSON object a line. */
export type Log = Logger;

/**
 * A log that writes to `destination` (standard output by default) from `level` on.
 *
 * Messages of the gateway, keys and cards are never handed to it. The list below is the net under that rule, for a
 * field that slips in with an object that somebody logs whole.
 */
export function createLog(level: string, destination?: DestinationStream): Log {
  const redact = { paths: REDACTED, censor: "[redacted]" };
  const options = { level, base: null, redact, serializers: { err: describeError } };
  return destination === undefined ? pino(options) : pino(options, destination);
}

/** A message of the gateway is a `body` of bytes or a list of `fields`: no names inside that could be listed. */
const SECRET_NAMES = [
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
];

const REDACTED = SECRET_NAMES.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);

/** What of an error is logged. Never the error whole: database errors carry their statement with all its values. */
function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) };
  const { name, message, stack } = error;
  const { code, errno } = error as { code?: unknown; errno?: unknown };
  return { name, message, stack, code, errno };
}
