import { Code } from "@connectrpc/connect";

import type { RefusalReason } from "../../domain/refusal.js";
import { ofType, type RefusalRow } from "./refusal-row.js";

const invalid = ofType("invalid_request_error");

/** The reasons to refuse a call because of its parameters, whatever it is about. */
export const PARAMETER_REFUSALS = {
  PARAMETER_MISSING: invalid(
    Code.InvalidArgument,
    "parameter_missing",
    "A required field is missing or empty.",
  ),
  PARAMETER_INVALID: invalid(
    Code.InvalidArgument,
    "parameter_invalid",
    "A field has a value that is not allowed.",
  ),
  PARAMETERS_EXCLUSIVE: invalid(
    Code.InvalidArgument,
    "parameters_exclusive",
    "Two fields are given, but only one of them is allowed.",
  ),
  PARAMETER_UNSUPPORTED: invalid(
    Code.InvalidArgument,
    "parameter_unsupported",
    "A field asks for what this service does not do. The message says what to do instead.",
  ),
} satisfies Partial<Record<RefusalReason, RefusalRow>>;
