import {
  ACTION,
  type GatewayAction,
  isApproved,
  isCapturedState,
  isDefiniteRefusal,
  isUnpaidState,
  STATE,
} from "../gateway-codes.js";
import type { GatewayResult } from "../gateway-result.js";
import { currencyOfGateway } from "../money.js";
import { isOfSale, type NamedSale } from "../reversal-classification.js";
import { retainedOf } from "../reversal-step.js";

/** What is requested of the gateway about an authorized sale: to capture it, or to cancel it, which releases it. */
export type CaptureRequest = "capture" | "cancel";

/** A request about an authorized sale. */
export interface RequestedCapture {
  readonly request: CaptureRequest;
  /** What is to be captured, in minor units; null if it is to be released. */
  readonly amount: number | null;
  /** What is authorized, in minor units. */
  readonly authorized: number;
  /** Three letters of ISO 4217 in lower case. */
  readonly currency: string;
  readonly sale: NamedSale;
}

/**
 * What the gateway says of a request. `taken`: `amount`, in minor units, is captured. `released`: the sale takes no
 * money any more. `standing`: the sale is authorized as before. `refused`: the gateway answers that it did nothing.
 * `unknown`: its word says nothing, or what cannot be.
 */
export type CaptureOutcome =
  | { readonly kind: "taken"; readonly amount: number }
  | { readonly kind: "released" | "standing" }
  | { readonly kind: "refused"; readonly result: GatewayResult }
  | { readonly kind: "unknown"; readonly why: string };

/**
 * The outcome by the answer to the request itself: `taken` and `released` only where exactly that was done. Of
 * anything else the sale has to be asked. Pure.
 */
export function outcomeByAnswer(result: GatewayResult, requested: RequestedCapture): CaptureOutcome {
  const action = requested.request === "capture" ? ACTION.CAPTURE : ACTION.CANCEL;
  if (isRefusal(result, action, requested)) return { kind: "refused", result };
  if (!isApproved(result)) return unknown(`code ${result.responseCode}`);
  if (!tellsOf(result.action, action)) return unknown("another action");
  const doubt = doubtOf(result, requested);
  if (doubt !== undefined) return unknown(doubt);
  const retained = retainedOf(result);
  if (requested.request === "cancel") {
    return result.state === STATE.CANCELED && (retained ?? 0) === 0
      ? { kind: "released" }
      : unknown("not canceled");
  }
  if (!isCapturedState(result.state)) return unknown("not captured");
  if (retained === undefined || retained !== requested.amount) return unknown("another amount");
  return { kind: "taken", amount: retained };
}

/**
 * The outcome by the sale as the gateway reports it now. What is captured counts, whatever was requested, up to what
 * was authorized. Pure.
 */
export function outcomeBySale(result: GatewayResult, requested: RequestedCapture): CaptureOutcome {
  const doubt = doubtOf(result, requested);
  if (doubt !== undefined) return unknown(doubt);
  if (!tellsOf(result.action, ACTION.QUERY)) return unknown("another action");
  const { state } = result;
  if (state === STATE.APPROVED) return { kind: "standing" };
  if (state === STATE.CANCELED || isUnpaidState(state)) return { kind: "released" };
  if (!isCapturedState(state)) return unknown(`state ${state}, code ${result.responseCode}`);
  const retained = retainedOf(result);
  if (retained === undefined || retained < 1) return unknown("no amount");
  if (retained > requested.authorized) return unknown("more than was authorized");
  return { kind: "taken", amount: retained };
}

function unknown(why: string): CaptureOutcome {
  return { kind: "unknown", why };
}

/** The answer to a request about a sale names both actions; an error may name the request's alone. */
function tellsOf(action: string, request: GatewayAction): boolean {
  return action === request || action === `${request}:${ACTION.SALE}`;
}

/** Fields that an error omits do not count against it. */
function isRefusal(result: GatewayResult, action: GatewayAction, { sale }: RequestedCapture): boolean {
  if (!isDefiniteRefusal(result) || !(result.action === "" || tellsOf(result.action, action))) return false;
  return result.xref === "" || result.xref === sale.xref;
}

/** Why a message says nothing of this sale. Undefined if it does. */
function doubtOf(result: GatewayResult, { sale, currency }: RequestedCapture): string | undefined {
  if (!isOfSale(result, sale)) return "another transaction";
  const said = currencyOfGateway(result.currencyCode)?.code;
  return said === undefined || said === currency ? undefined : "another currency";
}
