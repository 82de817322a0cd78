import { type GatewayState, RESPONSE_CODE, RESPONSE_STATUS, STATE } from "../../domain/gateway-codes.js";

/** An outcome of a sandbox payment, in the gateway's own terms (Cardstream guide ). */
export interface TestOutcome {
  /** Value of the `outcome` choice on the card page. */
  readonly name: string;
  /** The shopper reads it in that choice, and on the page that leads back. */
  readonly label: string;
  readonly responseCode: number;
  readonly responseStatus: (typeof RESPONSE_STATUS)[keyof typeof RESPONSE_STATUS];
  /** Undefined if the message is the authorisation code. */
  readonly responseMessage?: string;
  readonly state: GatewayState;
  /** How much of the amount is taken. */
  readonly takes: "all" | "half" | "nothing" | "another amount";
}

/** How a result says that all was done. */
export const APPROVED_FIELDS = {
  responseCode: String(RESPONSE_CODE.APPROVED),
  responseStatus: String(RESPONSE_STATUS.APPROVED),
} as const;

/** Every outcome that can be chosen on the card page, in the order shown there. */
export const OUTCOMES = {
  approve: {
    name: "approve",
    label: "Approved",
    responseCode: RESPONSE_CODE.APPROVED,
    responseStatus: RESPONSE_STATUS.APPROVED,
    state: STATE.CAPTURED,
    takes: "all",
  },
  decline: refused("decline", "Declined", RESPONSE_CODE.DECLINED, "CARD DECLINED"),
  refer: {
    ...refused("refer", "Referred to the card issuer", RESPONSE_CODE.REFERRED, "CARD REFERRED"),
    state: STATE.REFERRED,
  },
  keep_card: refused(
    "keep_card",
    "Declined, keep the card",
    RESPONSE_CODE.DECLINED_KEEP_CARD,
    "CARD DECLINED - KEEP CARD",
  ),
  insufficient_funds: refused(
    "insufficient_funds",
    "Insufficient funds",
    RESPONSE_CODE.INSUFFICIENT_FUNDS,
    "INSUFFICIENT FUNDS",
  ),
  expired_card: refused("expired_card", "Expired card", RESPONSE_CODE.EXPIRED_CARD, "EXPIRED CARD"),
  sca_required: refused(
    "sca_required",
    "3-D Secure failed",
    RESPONSE_CODE.SCA_REQUIRED,
    "CARD DECLINED - SCA REQUIRED",
  ),
  partial: {
    name: "partial",
    label: "Approved for half the amount",
    responseCode: RESPONSE_CODE.PARTIAL_APPROVAL,
    responseStatus: RESPONSE_STATUS.APPROVED,
    state: STATE.CAPTURED,
    takes: "half",
  },
  issuer_unavailable: fault(
    "issuer_unavailable",
    "Card issuer unavailable",
    RESPONSE_CODE.ISSUER_UNAVAILABLE,
    "ISSUER UNAVAILABLE",
  ),
  in_progress: {
    ...fault(
      "in_progress",
      "Still in progress, result unknown",
      RESPONSE_CODE.IN_PROGRESS,
      "TRANSACTION IN PROGRESS",
    ),
    state: STATE.RECEIVED,
  },
  cancel: fault("cancel", "Cancelled by the shopper", RESPONSE_CODE.REQUEST_CANCELLED, "REQUEST CANCELLED"),
} as const satisfies Record<string, TestOutcome>;

/** Another payment with an equal card and order within `duplicateDelay` (guide A-8). Cannot be chosen. */
export const DUPLICATE: TestOutcome = fault(
  "duplicate",
  "Duplicate",
  RESPONSE_CODE.REQUEST_DUPLICATE,
  "REQUEST DUPLICATE",
);

/** The transaction waits for the shopper to authenticate (guide 5.4). */
export const AUTHENTICATION_WANTED: TestOutcome = {
  ...fault(
    "authenticate",
    "Waits for an authentication",
    RESPONSE_CODE.AUTHENTICATION_REQUIRED,
    "3DS authentication required",
  ),
  state: STATE.RECEIVED,
};

/** The shopper did not authenticate, or the card's issuer refused it. */
export const NOT_AUTHENTICATED: TestOutcome = {
  ...fault(
    "not_authenticated",
    "3-D Secure failed",
    RESPONSE_CODE.NOT_AUTHENTICATED,
    "3DS NOT AUTHENTICATED",
  ),
  state: STATE.DECLINED,
};

/** The card is valid and nothing was to be taken: what an approval is where the request only verifies. */
export const VERIFIED: TestOutcome = {
  name: STATE.VERIFIED,
  label: "Verified",
  responseCode: RESPONSE_CODE.APPROVED,
  responseStatus: RESPONSE_STATUS.APPROVED,
  responseMessage: "CARD VERIFIED",
  state: STATE.VERIFIED,
  takes: "nothing",
};

/** Approved, and given back before the answer (guide 1.9): what an approval is where the request only looks ahead. */
export const PREAUTHORISED: TestOutcome = {
  ...OUTCOMES.approve,
  state: STATE.REVERSED,
  takes: "nothing",
};

/** Money goes to the card: what a refund is that names no sale. */
export const REFUNDED: TestOutcome = { ...OUTCOMES.approve, responseMessage: "REFUNDACCEPTED" };

/** The label of a transaction that ended with this code. */
export function labelOfCode(responseCode: number): string {
  const all: readonly TestOutcome[] = [...Object.values(OUTCOMES), DUPLICATE, NOT_AUTHENTICATED];
  return all.find((outcome) => outcome.responseCode === responseCode)?.label ?? "Finished";
}

/** Declined by the card's issuer. */
function refused(name: string, label: string, responseCode: number, responseMessage: string): TestOutcome {
  return {
    name,
    label,
    responseCode,
    responseStatus: RESPONSE_STATUS.DECLINED,
    responseMessage,
    state: STATE.DECLINED,
    takes: "nothing",
  };
}

/** Ended without a decision of the issuer. */
function fault(name: string, label: string, responseCode: number, responseMessage: string): TestOutcome {
  return {
    name,
    label,
    responseCode,
    responseStatus: RESPONSE_STATUS.ERROR,
    responseMessage,
    state: STATE.FINISHED,
    takes: "nothing",
  };
}
