import type { RoutingReason } from "./request-error.js";

/** What is wrong with one field of a request. */
export type FieldReason = Extract<RoutingReason, `parameter_${string}` | "body_malformed">;

/**
 * A value that a field cannot take, thrown by whatever reads one.
 *
 * The path grows as the problem leaves the values it was found in, so that reading a correct message costs no
 * book-keeping.
 */
export class FieldProblem extends Error {
  override readonly name = "FieldProblem";
  readonly reason: FieldReason;
  /** Where: `line_items[0].price_data`; empty for the value that was read itself. */
  path = "";

  constructor(message: string, reason: FieldReason = "parameter_invalid") {
    super(message);
    this.reason = reason;
  }
}

/** Says that `thrown` happened inside of `step`: a field's name, or `[0]`. Rethrow what it returns. */
export function inside(step: string, thrown: unknown): unknown {
  if (!(thrown instanceof FieldProblem)) return thrown;
  const joint = thrown.path === "" || thrown.path.startsWith("[") ? "" : ".";
  thrown.path = `${step}${joint}${thrown.path}`;
  return thrown;
}

/** Text of a caller's, made fit to be quoted in an error: of bounded length, on one line. */
export function quoted(text: string): string {
  const visible = text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, "?");
  return `"${visible.length > QUOTED_MAX ? `${visible.slice(0, QUOTED_MAX)}...` : visible}"`;
}

/** Long enough for the way to any field of an honest request; short enough for one line of a log. */
const QUOTED_MAX = 200;
