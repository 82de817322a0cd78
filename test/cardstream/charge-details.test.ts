import t from "tap";

import { readChargeDetails } from "../../src/cardstream/charge-details.js";
import type { ChargeDetails } from "../../src/domain/gateway-result.js";

const NOTHING: ChargeDetails = {
  authorizationCode: null,
  cvcCheck: "unavailable",
  addressLine1Check: "unavailable",
  addressPostalCodeCheck: "unavailable",
  threeDSecure: null,
  declineCode: null,
  message: null,
};

const secured = (result: string, over: object = {}): object => ({
  threeDSecure: { result, electronicCommerceIndicator: null, version: null, ...over },
});

const CASES: readonly [name: string, sent: Record<string, string>, read: object][] = [
  ["nothing", {}, {}],
  ["blanks", { authorisationCode: " ", responseMessage: "\t" }, {}],
  ["words that nobody knows", { cv2Check: "perhaps", threeDSAuthenticated: "X" }, {}],
  ["the name of a method", { cv2Check: "toString", threeDSAuthenticated: "constructor" }, {}],
  ["3-D Secure that is off", { threeDSEnabled: "N", threeDSAuthenticated: "U" }, {}],
  ["a digit that nobody knows", { avscv2ResponseCode: "93" }, {}],
  ["an error of the gateway", { responseCode: "65554", responseStatus: "2" }, {}],
  ["an approval", { responseCode: "0", responseStatus: "0" }, {}],
  ["an issuer that is away", { responseCode: "91", responseStatus: "2" }, {}],
  ["a code that is none", { responseCode: "5.0", responseStatus: "1" }, {}],
  ["a gateway's own code as a decline", { responseCode: "65536", responseStatus: "1" }, {}],
  ["a refused request", { responseCode: "66341", responseStatus: "2" }, { declineCode: "expired_token" }],
  ["a decline", { responseCode: "51", responseStatus: "1" }, { declineCode: "insufficient_funds" }],
  ["an approval's code", { authorisationCode: "347414" }, { authorizationCode: "347414" }],
  ["a long message", { responseMessage: "x".repeat(300) }, { message: "x".repeat(255) }],
  [
    "half a letter at the end",
    { authorisationCode: `${"x".repeat(63)}💶` },
    { authorizationCode: `${"x".repeat(63)}\ufffd` },
  ],
  [
    "checks in words",
    { cv2Check: "matched", addressCheck: "not matched", postcodeCheck: "partially matched" },
    { cvcCheck: "pass", addressLine1Check: "fail", addressPostalCodeCheck: "fail" },
  ],
  [
    "checks in digits: security code, postcode, address",
    { avscv2ResponseCode: "241100" },
    { cvcCheck: "pass", addressPostalCodeCheck: "fail", addressLine1Check: "unchecked" },
  ],
  ["both: the words count", { avscv2ResponseCode: "4", cv2Check: "not checked" }, { cvcCheck: "unchecked" }],
  [
    "an authenticated shopper",
    {
      threeDSEnabled: "Y",
      threeDSEnrolled: "Y",
      threeDSAuthenticated: "Y",
      threeDSECI: "5",
      threeDSVersion: "2.2.0",
    },
    secured("authenticated", { electronicCommerceIndicator: "05", version: "2.2.0" }),
  ],
  [
    "an attempt",
    { threeDSAuthenticated: "A", threeDSECI: "06" },
    secured("attempt_acknowledged", { electronicCommerceIndicator: "06" }),
  ],
  ["an indicator that is none", { threeDSAuthenticated: "N", threeDSECI: "none" }, secured("failed")],
  ["a refusal", { threeDSAuthenticated: "R" }, secured("failed")],
  ["an exemption", { threeDSAuthenticated: "I" }, secured("exempted")],
  ["an error", { threeDSAuthenticated: "E" }, secured("processing_error")],
  ["a card that does not take part", { threeDSEnrolled: "N" }, secured("not_supported")],
  ["a card of which nobody knows", { threeDSEnrolled: "U" }, secured("processing_error")],
];

for (const [name, sent, read] of CASES) {
  t.test(`read of a result: ${name}`, async (t) => {
    t.same(readChargeDetails(Object.entries(sent)), { ...NOTHING, ...read });
  });
}
