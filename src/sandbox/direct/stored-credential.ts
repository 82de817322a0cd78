import { RESPONSE_CODE } from "../../domain/gateway-codes.js";
import { type Field, fieldText } from "../../cardstream/fields.js";
import type { SandboxTransactionRow } from "../tables/sandbox-transactions.js";
import { ACTION_NOT_ALLOWED, type Fault, invalidField } from "../protocol/faults.js";

/** Who starts a payment with a stored card. */
export type Initiator = "consumer" | "merchant";

/**
 * One way to pay with a stored card: a valid pair of `type` and `rtAgreementType`, and who initiates it
 * (guide A-17).
 */
interface Way {
  readonly type: string;
  readonly agreements: readonly string[];
  readonly initiator: Initiator;
  /** True if the card must have been stored under an equal agreement. */
  readonly sameAgreement: boolean;
}

const WAYS: readonly Way[] = [
  {
    type: "1",
    agreements: ["", "cardonfile", "recurring", "instalment"],
    initiator: "consumer",
    sameAgreement: false,
  },
  { type: "9", agreements: ["recurring", "instalment"], initiator: "merchant", sameAgreement: true },
  {
    type: "2",
    agreements: ["unscheduled", "resubmission", "reauthorisation", "delayedcharges", "noshow"],
    initiator: "merchant",
    sameAgreement: false,
  },
  { type: "2", agreements: [""], initiator: "consumer", sameAgreement: false },
];

/** An `initiator` that does not fit the rest of the request, or a combination that is never allowed. */
const INCOMPATIBLE = invalidField("initiator");

/**
 * The initiator of this payment; a fault if its flags do not fit together, or if the shopper never agreed to
 * such a payment: the transaction that `xref` names must have been approved, and have stored the card.
 */
export function initiatorOf(
  fields: readonly Field[],
  seed: SandboxTransactionRow,
): { readonly initiator: Initiator } | { readonly fault: Fault } {
  const [type, agreement, wanted] = ["type", "rtAgreementType", "initiator"].map((name) =>
    fieldText(fields, name),
  );
  const way = WAYS.find((each) => each.type === type && each.agreements.includes(agreement ?? ""));
  if (way === undefined || ![way.initiator, ""].includes(wanted ?? "")) return { fault: INCOMPATIBLE };
  if (agreement !== "" && !isAgreed(way, agreement, seed)) return { fault: ACTION_NOT_ALLOWED };
  return { initiator: way.initiator };
}

function isAgreed(
  { sameAgreement }: Way,
  agreement: string | undefined,
  seed: SandboxTransactionRow,
): boolean {
  const stored = fieldText(seed.result, "rtAgreementType");
  if (seed.responseCode !== RESPONSE_CODE.APPROVED || stored === "") return false;
  return !sameAgreement || stored === agreement;
}
