import type { GatewayResultRow } from "../db/gateway-results.js";

/** A result as it will be stored, before it is judged. */
export type UnjudgedRow = Omit<GatewayResultRow, "outcome" | "heldReason">;
