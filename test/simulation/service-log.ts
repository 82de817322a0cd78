import { parseAttemptReference } from "../../src/domain/attempt.js";
import type { History } from "./history.js";

/** What is read of a line of the service's log. */
interface LogLine {
  readonly msg?: string;
  readonly err?: { readonly message?: string; readonly stack?: string };
  readonly requestId?: string;
  readonly session?: string;
  /** The reference of an attempt. */
  readonly attempt?: string;
  /**
   * Why the gateway did not say what was asked: of a payment that is to be returned, of a sale, of the list
   * of sales.
   */
  readonly why?: string;
  readonly unansweredSale?: string;
  readonly unansweredSearch?: string;
}

/** Writes down what a replica logs. Only its log tells which faults of the gateway's own interfaces it has met. */
export function hearLog(history: History, name: string, text: string): void {
  const line = parsed(text);
  const session = line.session ?? parseAttemptReference(line.attempt ?? "")?.targetId;
  const why = [line.unansweredSale, line.unansweredSearch].filter((each) => each !== undefined).join(", ");
  // With where it was thrown: a request that failed is a bug, and it may take days to meet it again.
  const error = line.requestId === undefined ? line.err?.message : line.err?.stack;
  const says = [line.msg ?? text, error, why].filter((each) => each !== undefined && each !== "");
  history.note(session, `${name} logged ${says.join(": ")}`, line.requestId);
  countFault(history, "direct endpoint", line.unansweredSale);
  countFault(history, "search", line.unansweredSearch);
  if (line.msg === "the gateway did not tell the state of a sale")
    countFault(history, "direct endpoint", line.why);
}

/** The faults of the gateway's own interfaces, as they are counted. */
export const INTERFACE_FAULTS: readonly string[] = ["direct endpoint", "search"].flatMap((face) => [
  `${face} answers 500`,
  `${face} does not answer`,
]);

function countFault(history: History, face: string, why: string | undefined): void {
  if (why === "status 500") history.count(`${face} answers 500`);
  if (why === "unreachable" || why === "timeout") history.count(`${face} does not answer`);
}

function parsed(text: string): LogLine {
  try {
    return JSON.parse(text) as LogLine;
  } catch {
    return {}; // A word of Node's own, say a warning.
  }
}
