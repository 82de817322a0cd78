import t from "tap";

import { type StoredCardSale, storedCardFields } from "../../src/cardstream/stored-card-sale.js";
import { currency } from "../support/currency.js";

const SALE: StoredCardSale = {
  xref: "26112215WH25PT42SH12ABC",
  amount: 2999,
  currency: currency("gbp"),
  countryCode: "GB",
  transactionUnique: "pi_abc-1",
  orderRef: "pi_abc",
  callbackUrl: "https://pay.example/callbacks/cardstream",
  offSession: true,
  threeDSRedirectUrl: "https://pay.example/pay/pi_1/challenge",
};

const fieldsOf = (changes: Partial<StoredCardSale>): Record<string, string> =>
  Object.fromEntries(storedCardFields({ ...SALE, ...changes }));

t.test("a charge never leads a browser, and never names a card", async (t) => {
  const names = Object.keys(fieldsOf({}));
  for (const name of ["redirectURL", "cardNumber", "cardCVV", "merchantID", "action"])
    t.notOk(names.includes(name));
});

t.test("all that must not be cloned from the first payment is said", async (t) => {
  t.same(fieldsOf({}), {
    xref: "26112215WH25PT42SH12ABC",
    type: "2",
    rtAgreementType: "unscheduled",
    initiator: "merchant",
    amount: "2999",
    currencyCode: "826",
    countryCode: "GB",
    transactionUnique: "pi_abc-1",
    orderRef: "pi_abc",
    callbackURL: "https://pay.example/callbacks/cardstream",
    duplicateDelay: "9999",
    captureDelay: "0",
    cloneFields: "!items,merchantData,statementNarrative1,statementNarrative2,customerReceiptsRequired",
    avscv2CheckRequired: "N",
  });
});

t.test("what the statement says and where a receipt goes is said, if it is given", async (t) => {
  const texts = { statementDescriptor: "CAFÉ LUNA", receiptEmail: "ada@example.com" };
  t.match(fieldsOf(texts), {
    statementNarrative1: "CAFÉ LUNA",
    customerReceiptsRequired: "Y",
    customerEmail: "ada@example.com",
  });
  t.same(fieldsOf({ statementDescriptor: null, receiptEmail: null }), fieldsOf({}));
});

t.test("a customer who is there pays by themselves", async (t) => {
  t.match(fieldsOf({ offSession: false }), {
    type: "1",
    rtAgreementType: "cardonfile",
    initiator: "consumer",
    threeDSRedirectURL: "https://pay.example/pay/pi_1/challenge",
    deviceChannel: "browser",
  });
  t.notOk("threeDSRedirectURL" in fieldsOf({}), "nobody else can authenticate");
});

t.test("an amount goes in minor units as it is", async (t) => {
  t.match(fieldsOf({ amount: 10, currency: currency("jpy") }), { amount: "10", currencyCode: "392" });
});
