import * as fc from "fast-check";
import t from "tap";

import { readBillingDetails } from "../../src/cardstream/billing-details.js";

const NOBODY = { name: null, email: null, phone: null, address: null };
const NOWHERE = { line1: null, line2: null, city: null, state: null, postalCode: null, country: null };

t.test("a result that tells nothing of who paid has no billing details", async (t) => {
  t.equal(readBillingDetails([]), null);
  t.equal(
    readBillingDetails([
      ["customerName", "  "],
      ["customerAddress", "\r\n \n"],
    ]),
    null,
  );
});

t.test("what is told of who paid is read, the rest is null", async (t) => {
  t.same(readBillingDetails([["customerEmail", "ada@example.com "]]), {
    ...NOBODY,
    email: "ada@example.com",
  });
  for (const code of ["GB", "GBR", "826"]) {
    const reported = readBillingDetails([["customerCountryCode", code]]);
    t.same(reported, { ...NOBODY, address: { ...NOWHERE, country: "GB" } });
  }
  t.equal(readBillingDetails([["customerCountryCode", "XXX"]]), null);
});

t.test("the first line of an address stands alone, the others together", async (t) => {
  const read = readBillingDetails([
    ["customerName", "Ada Lovelace"],
    ["customerPhone", "+44 20 7946 0000"],
    ["customerAddress", "Flat 6\r\n347 Lavender Road\n\nRear"],
    ["customerTown", "Northampton"],
    ["customerCounty", "Northants"],
    ["customerPostCode", "old"],
    ["customerPostcode", "NN17 8YG"],
  ]);
  t.same(read, {
    name: "Ada Lovelace",
    email: null,
    phone: "+44 20 7946 0000",
    address: {
      line1: "Flat 6",
      line2: "347 Lavender Road, Rear",
      city: "Northampton",
      state: "Northants",
      postalCode: "NN17 8YG",
      country: null,
    },
  });
});

t.test("the other spelling of the postcode is read where it is alone", async (t) => {
  t.match(readBillingDetails([["customerPostCode", "TE15 5ST"]]), { address: { postalCode: "TE15 5ST" } });
});

t.test("whatever a shopper typed, it is well-formed text of a bounded length", async () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 2000 }), (text) => {
      const name = readBillingDetails([["customerName", text]])?.name ?? "x";
      return name.length <= 500 && name.length > 0 && name.isWellFormed();
    }),
  );
});
