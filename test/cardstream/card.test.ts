import t from "tap";
import * as fc from "fast-check";

import { readCard, readCardLook, readBillingDetails } from "../../src/cardstream/card.js";
import type { Card } from "../../src/domain/gateway-result.js";
import { CODE_POINT } from "../support/any-text.js";

const NOTHING: Card = {
  brand: null,
  last4: null,
  expMonth: null,
  expYear: null,
  funding: null,
  country: null,
};

const CASES: readonly [name: string, sent: Record<string, string>, read: Partial<Card>][] = [
  ["nothing", {}, {}],
  ["a scheme nobody knows", { cardSchemeCode: "QQ" }, { brand: "unknown" }],
  ["a type nobody knows", { cardTypeCode: "XX" }, { brand: "unknown", funding: "unknown" }],
  [
    "the name of a method",
    { cardSchemeCode: "toString", cardTypeCode: "__proto__" },
    { brand: "unknown", funding: "unknown" },
  ],
  ["month 0", { cardExpiryMonth: "0" }, {}],
  ["month 13", { cardExpiryMonth: "13" }, {}],
  ["a month that is no number", { cardExpiryMonth: "Dec" }, {}],
  ["a month with a sign", { cardExpiryMonth: "-1" }, {}],
  ["a year of one digit", { cardExpiryYear: "7" }, {}],
  ["a year of three digits", { cardExpiryYear: "027" }, {}],
  ["a year of another century", { cardExpiryYear: "1927" }, {}],
  ["year 0 in four digits", { cardExpiryYear: "0000" }, {}],
  ["a year that is no number", { cardExpiryYear: "2O" }, {}],
  ["a mask that ends in stars", { cardNumberMask: "492942**********" }, {}],
  ["a mask with three digits", { cardNumberMask: "***821" }, {}],
  ["the gateway's usual mask", { cardNumberMask: "492942******0821" }, { last4: "0821" }],
  ["a mask of the last four alone", { cardNumberMask: "************0821" }, { last4: "0821" }],
  [
    "month and year in two digits",
    { cardExpiryMonth: "01", cardExpiryYear: "27" },
    { expMonth: 1, expYear: 2027 },
  ],
  [
    "month in one digit, year in four",
    { cardExpiryMonth: "9", cardExpiryYear: "2031" },
    { expMonth: 9, expYear: 2031 },
  ],
  [
    "December of 1999's digits",
    { cardExpiryMonth: "12", cardExpiryYear: "99" },
    { expMonth: 12, expYear: 2099 },
  ],
  ["scheme and type", { cardSchemeCode: "VC", cardTypeCode: "VD" }, { brand: "visa", funding: "debit" }],
  [
    "the type where the scheme is unknown",
    { cardSchemeCode: "QQ", cardTypeCode: "MD" },
    { brand: "mastercard", funding: "debit" },
  ],
  ["a country that nobody knows", { cardIssuerCountryCode: "XXX" }, {}],
  ["a country in two letters", { cardIssuerCountryCode: "GB" }, { country: "GB" }],
  ["a country in three letters", { cardIssuerCountryCode: "DEU" }, { country: "DE" }],
  [
    "a type that the guide does not have",
    { cardTypeCode: "ZZ", cardType: "Some Debit" },
    { brand: "unknown", funding: "debit" },
  ],
  [
    "a prepaid card, which no code tells",
    { cardTypeCode: "MD", cardType: "Mastercard Prepaid Debit" },
    { brand: "mastercard", funding: "prepaid" },
  ],
];

for (const [name, sent, read] of CASES) {
  t.test(`a card of which the gateway sends ${name} is read as far as it goes`, async (t) => {
    t.strictSame(readCard(Object.entries(sent)), { ...NOTHING, ...read });
  });
}

t.test("every card type of the gateway's guide has its brand", async (t) => {
  const brands = {
    visa: "EL VA VC VD VP",
    mastercard: "MA MC MD MI MP MU",
    amex: "AM",
    jcb: "JC",
    diners: "DC DI",
    discover: "DS",
    unionpay: "CC CD CU",
  };
  for (const [brand, codes] of Object.entries(brands)) {
    for (const code of codes.split(" ")) {
      t.equal(readCard([["cardTypeCode", code]]).brand, brand, code);
      t.equal(readCard([["cardSchemeCode", code]]).brand, brand, code);
    }
  }
});

t.test("card types that are one or the other have their funding", async (t) => {
  const fundings = {
    credit: "AM CC DC DI MC MI MP VC VP",
    debit: "CD EL MA MD MU VA VD",
    unknown: "CU DS JC",
  };
  for (const [funding, codes] of Object.entries(fundings)) {
    for (const code of codes.split(" ")) t.equal(readCard([["cardTypeCode", code]]).funding, funding, code);
  }
});

t.test(
  "cards look alike where mask, expiry and issuer are the same, however these are written",
  async (t) => {
    const sent = {
      cardNumberMask: "492942******0821",
      cardExpiryMonth: "09",
      cardExpiryYear: "29",
      cardIssuer: "BANK",
      cardType: "Visa Credit",
    };
    const lookOf = (changes: object) => readCardLook(Object.entries({ ...sent, ...changes }));
    t.equal(readCardLook([["cardIssuer", "BANK"]]), null, "without a mask nothing is alike");
    for (const same of [
      { cardExpiryMonth: "9" },
      { cardExpiryYear: "2029" },
      { cardIssuer: "BANK " },
      { cardType: "" },
    ]) {
      t.equal(lookOf(same), lookOf({}), JSON.stringify(same));
    }
    for (const other of [
      { cardNumberMask: "492942******0822" },
      { cardExpiryMonth: "10" },
      { cardExpiryYear: "30" },
      { cardIssuer: "OTHER BANK" },
      { cardIssuer: "" },
    ]) {
      t.not(lookOf(other), lookOf({}), JSON.stringify(other));
    }
  },
);

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
    fc.property(fc.string({ unit: CODE_POINT, maxLength: 2000 }), (text) => {
      const name = readBillingDetails([["customerName", text]])?.name ?? "x";
      return name.length <= 500 && name.length > 0 && name.isWellFormed();
    }),
  );
});
