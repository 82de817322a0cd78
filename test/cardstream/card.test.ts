import t from "tap";

import { readCard } from "../../src/cardstream/card.js";
import type { Card } from "../../src/domain/gateway-result.js";

const NOTHING: Card = { brand: null, last4: null, expMonth: null, expYear: null };

const CASES: readonly [name: string, sent: Record<string, string>, read: Partial<Card>][] = [
  ["nothing", {}, {}],
  ["a scheme nobody knows", { cardSchemeCode: "QQ" }, { brand: "unknown" }],
  ["a type nobody knows", { cardTypeCode: "XX" }, { brand: "unknown" }],
  ["the name of a method", { cardSchemeCode: "toString", cardTypeCode: "__proto__" }, { brand: "unknown" }],
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
  ["scheme and type", { cardSchemeCode: "VC", cardTypeCode: "VD" }, { brand: "visa" }],
  [
    "the type where the scheme is unknown",
    { cardSchemeCode: "QQ", cardTypeCode: "MD" },
    { brand: "mastercard" },
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
