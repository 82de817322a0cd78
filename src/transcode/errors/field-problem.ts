import type { RoutingReason } from "./request-error.js";

/** The reasons of a problem with one field. */
export type FieldReason = Extract<RoutingReason, `parameter_${string}` | "body_malformed">;

/**
 * Thrown by readers for a value that a field cannot have.
 *
 * Each enclosing reader extends the path as it rethrows, so that reading a valid message costs no
 * bookkeeping.
 */
export class FieldProblem extends Error {
  override readonly name = "FieldProblem";
  readonly reason: FieldReason;
  /** Path of the field, `line_items[0].price_data`; empty for the value itself. */
  path = "";

  constructor(message: string, reason: FieldReason = "parameter_invalid") {
    super(message);
    this.reason = reason;
  }
}

/** Extends the path of `thrown` by `step`: a field's name, or `[0]`. Callers rethrow what it returns. */
export function inside(step: string, thrown: unknown): unknown {
  if (!(thrown instanceof FieldProblem)) return thrown;
  const joint = thrown.path === "" || thrown.path.startsWith("[") ? "" : ".";
  thrown.path = `${step}${joint}${thrown.path}`;
  return thrown;
}

/** Quotes a caller's text in an error: shortened, on one line. */
export function quoted(text: string): string {
  const visible = text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, "?");
  return `"${visible.length > QUOTED_MAX ? `${visible.slice(0, QUOTED_MAX)}...` : visible}"`;
}

/** Long enough for the path of any field of a request, short enough for a log line. */
const QUOTED_MAX = 200;
