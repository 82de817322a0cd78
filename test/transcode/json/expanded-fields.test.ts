import t from "tap";

import { CheckoutSessionSchema } from "../../../gen/calmonypay/v1/checkout_session_pb.js";
import { CustomerSchema } from "../../../gen/calmonypay/v1/customer_pb.js";
import { canonicalStyle } from "../../../src/transcode/json/canonical-dialect.js";
import { expandedFields } from "../../../src/transcode/json/expanded-fields.js";
import { plainStyle } from "../../../src/transcode/json/plain-dialect.js";

t.test("a dialect that writes each field under its own name expands none", async (t) => {
  t.equal(expandedFields(CheckoutSessionSchema, canonicalStyle).size, 0);
});

t.test("a message field stands in the place of the one that it is named after", async (t) => {
  t.equal(expandedFields(CustomerSchema, plainStyle).size, 0, "there is none");
  t.equal(
    expandedFields(CheckoutSessionSchema, { expandedSuffix: "_id" }).size,
    0,
    "of texts it is no ending",
  );
  const expanded = [...expandedFields(CheckoutSessionSchema, plainStyle)];
  t.same(
    expanded.map(([name, field]) => [name, field.name]),
    ["customer", "payment_intent", "payment_method", "setup_intent"].map((name) => [
      name,
      `${name}_expanded`,
    ]),
  );
});
