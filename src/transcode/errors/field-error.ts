import { FieldProblem, quoted } from "./field-problem.js";
import { requestError } from "./request-error.js";

/** Converts a FieldProblem to a ConnectError about its field; returns any other thrown value unchanged. */
export function callerError(thrown: unknown): unknown {
  if (!(thrown instanceof FieldProblem)) return thrown;
  const { reason, path, message } = thrown;
  if (reason === "body_malformed") return requestError(reason, message);
  const field = path === "" ? undefined : quoted(path).slice(1, -1);
  if (reason === "parameter_unknown")
    return requestError(reason, `Unknown parameter: ${quoted(path)}.`, field);
  const subject = field === undefined ? "The request body" : `The parameter "${field}"`;
  return requestError(reason, `${subject} ${message}.`, field);
}
