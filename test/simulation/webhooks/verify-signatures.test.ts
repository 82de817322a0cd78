import { createHmac } from "node:crypto";
import t from "tap";

import { wrongSignature } from "./verify-signatures.js";

// The example of the specification of Standard Webhooks.
const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const BODY = Buffer.from('{"test": 2432232314}');
const STANDARD = {
  "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
  "webhook-timestamp": "1614265330",
  "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
};
const STRIPE = createHmac("sha256", SECRET).update('1614265330.{"test": 2432232314}').digest("hex");
const HEADERS = { ...STANDARD, "stripe-signature": `t=1614265330,v1=${STRIPE}` };
const TIME = { from: 1_614_265_330_000, until: 1_614_265_330_000 };

t.test("both signatures of a request are verified", async (t) => {
  t.equal(wrongSignature(HEADERS, BODY, SECRET, TIME), undefined);
  const rolled = {
    ...HEADERS,
    "webhook-signature": `v1,AAAA ${STANDARD["webhook-signature"]}`,
    "stripe-signature": `t=1614265330,v1=00,v1=${STRIPE}`,
  };
  t.equal(wrongSignature(rolled, BODY, SECRET, TIME), undefined, "one of several is enough");
});

t.test("a wrong signature of either kind, or another time, is told", async (t) => {
  const wrong = (changes: object, body = BODY, time = TIME): string | undefined =>
    wrongSignature({ ...HEADERS, ...changes }, body, SECRET, time);
  t.match(wrong({}, Buffer.from("{}")), /webhook-signature/);
  t.match(wrong({ "webhook-id": "msg_other" }), /webhook-signature/);
  t.match(wrong({ "webhook-signature": undefined }), /webhook-signature/);
  t.match(wrong({ "stripe-signature": `t=1614265330,v1=${STRIPE.slice(2)}00` }), /stripe-signature/);
  t.match(wrong({ "stripe-signature": `t=1614265331,v1=${STRIPE}` }), /stripe-signature/);
  t.match(wrong({}, BODY, { from: TIME.from + 1, until: Infinity }), /another time/);
  t.match(wrong({}, BODY, { from: 0, until: TIME.until - 1 }), /another time/);
});
