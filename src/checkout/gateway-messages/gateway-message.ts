import type { ResultVia } from "../../db/tables/gateway-results.js";
import type { Classification } from "../../domain/classification.js";

/** One message of the gateway, as it arrived. */
export interface GatewayMessage {
  /** The form-encoded body, byte for byte. */
  readonly body: Buffer;
  readonly via: ResultVia;
  /** The session, or payment intent, in the address that a browser posted to. */
  readonly pathTargetId?: string;
}

/** A message that failed verification. Nothing was stored. */
export interface RefusedResult {
  readonly kind: "refused";
  readonly why: string;
}

/** A message whose result is stored for good, by this message or (`replayed`) by an equal one before it. */
export interface AppliedResult {
  readonly kind: "applied";
  readonly classification: Classification;
  readonly replayed: boolean;
}
