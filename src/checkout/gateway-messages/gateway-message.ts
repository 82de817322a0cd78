import type { ResultVia } from "../../db/tables/gateway-results.js";
import type { Classification } from "../../domain/classification.js";

/** One message of the gateway as it came in. */
export interface GatewayMessage {
  /** The form-encoded body, byte for byte. */
  readonly body: Buffer;
  readonly via: ResultVia;
  /** The session in the address that a browser posted to. */
  readonly pathSessionId?: string;
}

/** A message that was not believed. Nothing was stored. */
export interface RefusedResult {
  readonly kind: "refused";
  readonly why: string;
}

/** A message whose result is stored for good, just now or (replayed) by an equal message before it. */
export interface AppliedResult {
  readonly kind: "applied";
  readonly classification: Classification;
  readonly replayed: boolean;
}
