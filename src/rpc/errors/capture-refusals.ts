import { Code } from "@connectrpc/connect";

import type { RefusalReason } from "../../domain/refusal.js";
import { ofType, type RefusalRow } from "./refusal-row.js";

/** The reasons of refusals about authorized payments. */
export const CAPTURE_REFUSALS = {
  CAPTURE_TOO_LARGE: ofType("invalid_request_error")(
    Code.InvalidArgument,
    "amount_too_large",
    "The capture is more than what is authorized. The message says how much that is.",
  ),
  CAPTURE_REFUSED: ofType("card_error")(
    Code.FailedPrecondition,
    "capture_refused",
    "The gateway refuses to capture or to release the payment, or did not answer and has done nothing. The authorization stands.",
  ),
} satisfies Partial<Record<RefusalReason, RefusalRow>>;
