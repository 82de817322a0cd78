import t from "tap";

import {
  ACTION,
  givesMoneyBack,
  INVALID_FIELD,
  isAcquirerCode,
  isAcquirerRefusal,
  isApproved,
  isApprovedVariant,
  isDefiniteRefusal,
  isGatewayError,
  isCapturedState,
  isPaidState,
  isSale,
  isUnpaidState,
  isVerified,
  MISSING_FIELD,
  namesAction,
  RESPONSE_CODE,
  RESPONSE_STATUS,
  STATE,
} from "../../src/domain/gateway-codes.js";

const { IN_PROGRESS, REQUEST_CANCELLED } = RESPONSE_CODE;

/** What one code means, with the status that the gateway sends with it. Each is decided by what `src` asks. */
const CLASSES: Record<string, (code: number) => boolean> = {
  "all was done": (code) => isApproved({ responseCode: code, responseStatus: RESPONSE_STATUS.APPROVED }),
  "something was done": (code) => isApprovedVariant({ responseCode: code }),
  "the acquirer refuses": (code) => !isApprovedVariant({ responseCode: code }) && isRefusedByAcquirer(code),
  "nobody answered": (code) => code === 91 || code === 96,
  "in progress": (code) => code === IN_PROGRESS,
  "cancelled by the shopper": (code) => code === REQUEST_CANCELLED,
  "the gateway refuses for good": (code) => isDefiniteRefusal(declined(code)) && !isAcquirerCode(code),
  "the gateway has an error": (code) => isGatewayError(code) && !isDefiniteRefusal(declined(code)),
};

function declined(responseCode: number | undefined) {
  return { responseCode, responseStatus: RESPONSE_STATUS.DECLINED };
}

function isRefusedByAcquirer(code: number): boolean {
  return isAcquirerRefusal(declined(code));
}

t.test("every code means exactly one thing", async (t) => {
  for (let code = 0; code <= 70_000; code++) {
    const meant = Object.entries(CLASSES).filter(([, holds]) => holds(code));
    if (meant.length !== 1)
      t.same(
        meant.map(([name]) => name),
        ["one"],
        String(code),
      );
  }
});

t.test("no two names stand for one code, and no code of a field for another's", async (t) => {
  const named = [...Object.values(RESPONSE_CODE), ...Object.values(MISSING_FIELD)];
  t.equal(new Set(named).size, named.length);
  const invalid = Object.values(MISSING_FIELD).map((code) => code + INVALID_FIELD);
  t.equal(RESPONSE_CODE.INVALID_XREF, MISSING_FIELD.xref + INVALID_FIELD);
  t.same(
    invalid.filter((code) => Object.values(MISSING_FIELD).some((missing) => missing === code)),
    [],
  );
  for (const code of [...Object.values(MISSING_FIELD), ...invalid]) {
    t.ok(isDefiniteRefusal({ responseCode: code, responseStatus: RESPONSE_STATUS.ERROR }), String(code));
  }
});

t.test("only code 0 with status 0 is approved", async (t) => {
  for (const responseStatus of [1, 2, undefined]) t.notOk(isApproved({ responseCode: 0, responseStatus }));
  for (const responseCode of [1, 10, 85, undefined]) t.notOk(isApproved({ responseCode, responseStatus: 0 }));
  t.ok(isApproved({ responseCode: 0, responseStatus: 0 }));
});

t.test("approval of another kind is told by four codes", async (t) => {
  const variants = Array.from({ length: 100 }, (_, code) => code).filter((responseCode) =>
    isApprovedVariant({ responseCode }),
  );
  t.same(variants, [10, 11, 16, 85]);
  t.notOk(isApprovedVariant({ responseCode: undefined }));
});

t.test("only what refuses for good counts as a refusal", async (t) => {
  for (const code of [0, 91, 96, 65536, 65537, 65543, 65548, 65552, 65554, 65565, 66047, 67072, undefined]) {
    t.notOk(isDefiniteRefusal(declined(code)), String(code));
  }
  t.notOk(isDefiniteRefusal({ responseCode: 5, responseStatus: 2 }), "an error is no decline");
  for (const code of [5, 54, 65539, 65540, 65541, 65542, 65545, 65546, 66048, 66341]) {
    t.ok(isDefiniteRefusal(declined(code)), String(code));
  }
});

t.test("what is in progress or was cancelled by its shopper is no error of the gateway", async (t) => {
  for (const code of [0, 5, 65535, 65536, 65576]) t.notOk(isGatewayError(code), String(code));
  for (const code of [65537, 65554, 65575, 65577, 66048]) t.ok(isGatewayError(code), String(code));
});

t.test("every state has money, ended without, was cancelled, or has just begun", async (t) => {
  const { RECEIVED, CANCELED } = STATE;
  for (const state of Object.values(STATE)) {
    const other = state === RECEIVED || state === CANCELED;
    t.equal([isPaidState(state), isUnpaidState(state), other].filter(Boolean).length, 1, state);
  }
  const paid = Object.values(STATE).filter(isPaidState);
  t.same(paid.toSorted(), ["accepted", "approved", "captured", "deferred", "tendered"]);
  const captured = Object.values(STATE).filter(isCapturedState);
  t.same(
    captured.toSorted(),
    ["accepted", "captured", "deferred", "tendered"],
    "an approval alone brings none",
  );
  for (const state of ["", "CAPTURED", "pondering"])
    t.notOk(isPaidState(state) || isUnpaidState(state), state);
});

t.test("a sale says so of itself, or in the answer to a question about it", async (t) => {
  for (const action of ["", "sale", "VERIFY", "SALE:SALE", "CANCEL:SALE", "QUERY:REFUND_SALE", "QUERY"]) {
    t.notOk(isSale(action), action);
  }
  for (const action of ["SALE", "QUERY:SALE"]) t.ok(isSale(action), action);
  t.ok(namesAction("QUERY:REFUND_SALE", ACTION.REFUND_SALE));
});

t.test("money goes back by any of the actions that a result names", async (t) => {
  for (const action of ["", "SALE", "QUERY:SALE", "CAPTURE:SALE", "UNREFUND"])
    t.notOk(givesMoneyBack(action), action);
  for (const action of [
    "REFUND",
    "REFUND_SALE",
    "QUERY:REFUND_SALE",
    "CANCEL:SALE",
    "CREDIT",
    "VOID",
    "REVERSAL",
  ]) {
    t.ok(givesMoneyBack(action), action);
  }
});

t.test("a card is verified where the issuer approves, or has no reason to decline", async (t) => {
  const { APPROVED, NO_REASON_TO_DECLINE, PARTIAL_APPROVAL, DECLINED } = RESPONSE_CODE;
  for (const responseCode of [APPROVED, NO_REASON_TO_DECLINE]) {
    t.ok(isVerified({ responseCode, responseStatus: RESPONSE_STATUS.APPROVED }));
    t.notOk(isVerified({ responseCode, responseStatus: RESPONSE_STATUS.DECLINED }));
    t.notOk(isVerified({ responseCode, responseStatus: RESPONSE_STATUS.ERROR }));
  }
  for (const responseCode of [PARTIAL_APPROVAL, DECLINED])
    t.notOk(isVerified({ responseCode, responseStatus: RESPONSE_STATUS.APPROVED }));
});
