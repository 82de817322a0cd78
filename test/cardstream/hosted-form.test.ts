import * as fc from "fast-check";
import t from "tap";

import { encodeFields, type Field, fieldText, parseFields } from "../../src/cardstream/fields.js";
import {
  type GatewayAccount,
  hostedForm,
  type HostedOrder,
  hostedUrl,
} from "../../src/cardstream/hosted-form.js";
import { verifyResult, isSigned } from "../../src/cardstream/signed-message.js";
import type { LineItem } from "../../src/domain/session.js";
import { currency } from "../support/currency.js";
import { CODE_POINT } from "../support/any-text.js";

const ACCOUNT: GatewayAccount = { merchantID: "100856", secret: "Circle4Take40Idea", countryCode: "GB" };

const ORDER: HostedOrder = {
  sessionId: "cs_abc",
  attempt: 2,
  amount: 6997,
  currency: currency("GBP"),
  items: [
    { name: "Pro Plan", unitAmount: 2999, quantity: 2 },
    { name: "Café & Croissant\r\n<b>", unitAmount: 999, quantity: 1 },
  ],
  redirectUrl: "https://pay.example/pay/cs_abc/return",
  callbackUrl: "https://pay.example/callbacks/cardstream",
  cardOnFile: false,
  asksWho: false,
};

t.test("the form asks for the session's payment, field by field", async (t) => {
  const form = hostedForm(ACCOUNT, ORDER);
  t.strictSame(form.slice(0, -1), [
    ["merchantID", "100856"],
    ["action", "SALE"],
    ["type", "1"],
    ["amount", "6997"],
    ["currencyCode", "826"],
    ["countryCode", "GB"],
    ["transactionUnique", "cs_abc-2"],
    ["orderRef", "cs_abc"],
    ["redirectURL", "https://pay.example/pay/cs_abc/return"],
    ["callbackURL", "https://pay.example/callbacks/cardstream"],
    ["duplicateDelay", "9999"],
    ["captureDelay", "0"],
    ["formResponsive", "Y"],
    ["formAllowCancel", "Y"],
    ["formCancelRequired", "Y"],
    ["allowedPaymentMethods", "card"],
    ["items[0][description]", "Pro Plan"],
    ["items[0][quantity]", "2"],
    ["items[0][amount]", "2999"],
    ["items[1][description]", "Café & Croissant\r\n<b>"],
    ["items[1][quantity]", "1"],
    ["items[1][amount]", "999"],
  ]);
});

t.test(
  "the shopper's address, the statement's text and the receipt's are said, where they are known",
  async (t) => {
    const known = {
      remoteAddress: "81.2.69.142",
      statementDescriptor: "CAFÉ LUNA",
      receiptEmail: "ada@example.com",
    };
    const form = hostedForm(ACCOUNT, { ...ORDER, ...known });
    const more = form.filter(([name]) => !hostedForm(ACCOUNT, ORDER).some((field) => field[0] === name));
    t.strictSame(more, [
      ["customerEmail", "ada@example.com"],
      ["remoteAddress", "81.2.69.142"],
      ["statementNarrative1", "CAFÉ LUNA"],
      ["customerReceiptsRequired", "Y"],
    ]);
    t.equal(isSigned(form, [ACCOUNT.secret]), true);
  },
);

t.test("the form is signed in full: no field can be added or altered on its way", async (t) => {
  const form = hostedForm(ACCOUNT, ORDER);
  t.match(fieldText(form, "signature"), /^[0-9a-f]{128}$/);
  t.equal(isSigned(form, [ACCOUNT.secret]), true);
  t.equal(isSigned([...form, ["formAmountEditable", "Y"]], [ACCOUNT.secret]), false);
  const elsewhere = form.map((field): Field =>
    field[0] === "callbackURL" ? ["callbackURL", "https://evil.example"] : field,
  );
  t.equal(isSigned(elsewhere, [ACCOUNT.secret]), false);
});

t.test("the form that a shopper holds is no result when it is posted back", async (t) => {
  t.equal(verifyResult(hostedForm(ACCOUNT, ORDER), [ACCOUNT.secret]), undefined);
});

t.test("the page asks who pays only where it shall, and demands no answer", async (t) => {
  const asking = hostedForm(ACCOUNT, { ...ORDER, asksWho: true });
  for (const name of ["customerNameMandatory", "customerEmailMandatory"]) {
    t.equal(fieldText(asking, name), "N", name);
    t.notOk(hostedForm(ACCOUNT, ORDER).some((field) => field[0] === name));
  }
});

t.test("a card that will be charged later is marked so, and no other", async (t) => {
  t.equal(fieldText(hostedForm(ACCOUNT, { ...ORDER, cardOnFile: true }), "rtAgreementType"), "cardonfile");
  t.equal(
    hostedForm(ACCOUNT, ORDER).some(([name]) => name === "rtAgreementType"),
    false,
  );
});

t.test("40 items have a line each; more share lines, and each is named", async (t) => {
  const forty = hostedForm(ACCOUNT, { ...ORDER, amount: 40, items: someItems(40) });
  t.equal(fieldText(forty, "items[39][description]"), "Item 39");
  const more = hostedForm(ACCOUNT, { ...ORDER, amount: 41, items: someItems(41) });
  t.strictSame(more.filter(([name]) => name.startsWith("items")).slice(0, 3), [
    ["items[0][description]", "1 × Item 0; 1 × Item 1"],
    ["items[0][quantity]", "1"],
    ["items[0][amount]", "2"],
  ]);
  const all = hostedForm(ACCOUNT, { ...ORDER, amount: 100, items: someItems(100) });
  const described = all.filter(([name]) => name.endsWith("[description]")).map(([, value]) => value);
  t.strictSame(
    described.flatMap((line) => line.split("; ")),
    someItems(100).map(({ name }) => `1 × ${name}`),
  );
  const long = hostedForm(ACCOUNT, {
    ...ORDER,
    items: Array.from({ length: 41 }, () => ({ name: "x".repeat(250), unitAmount: 1, quantity: 1 })),
  });
  t.match(fieldText(long, "items[0][description]"), /^1 × x+…; 1 × x+…$/);
  t.ok(fieldText(long, "items[0][description]").length <= 250);
});

t.test("a name that is cut for want of room stays text, and arrives as it was signed", async (t) => {
  for (const before of ["", "x"]) {
    const name = before + "😀".repeat(120);
    const items = Array.from({ length: 41 }, () => ({ name, unitAmount: 1, quantity: 1 }));
    const form = hostedForm(ACCOUNT, { ...ORDER, amount: 41, items });
    t.match(fieldText(form, "items[0][description]"), /^1 × x?(😀)+…; 1 × x?(😀)+…$/, `"${before}"`);
    t.ok(isSigned(parseFields(Buffer.from(encodeFields(form))), [ACCOUNT.secret]));
  }
});

const anItem = fc.record({
  name: fc.string({ unit: CODE_POINT, minLength: 1, maxLength: 50 }),
  unitAmount: fc.nat(99_999_999),
  quantity: fc.integer({ min: 1, max: 999 }),
});

t.test(
  "whatever is sold, the form has at most 180 fields, its lines add up, and it arrives as it was signed",
  async () => {
    fc.assert(
      fc.property(fc.array(anItem, { minLength: 1, maxLength: 100 }), fc.boolean(), (items, cardOnFile) => {
        const amount = items.reduce((sum, item) => sum + item.unitAmount * item.quantity, 0);
        const form = hostedForm(ACCOUNT, { ...ORDER, amount, items, cardOnFile });
        const arrived = parseFields(Buffer.from(encodeFields(form)));
        return form.length <= 180 && linesOf(form) === amount && isSigned(arrived, [ACCOUNT.secret]);
      }),
    );
  },
);

t.test("a card that is only stored is verified, and nothing is sold", async (t) => {
  const form = hostedForm(ACCOUNT, { ...ORDER, verifyOnly: true, amount: 0, items: [], cardOnFile: true });
  const text = (name: string): string => fieldText(form, name);
  t.same(
    [text("action"), text("amount"), text("currencyCode"), text("rtAgreementType")],
    ["VERIFY", "0", "826", "cardonfile"],
  );
  t.notOk(form.some(([name]) => name.startsWith("items")));
});

t.test("the hosted page stands below the gateway's base URL, with or without a slash", async (t) => {
  t.equal(hostedUrl("https://gateway.cardstream.com"), "https://gateway.cardstream.com/hosted/");
  t.equal(hostedUrl("https://gateway.cardstream.com/"), "https://gateway.cardstream.com/hosted/");
  t.equal(hostedUrl("http://localhost:8080/sandbox//"), "http://localhost:8080/sandbox/hosted/");
});

function someItems(count: number): LineItem[] {
  return Array.from({ length: count }, (_, index) => ({ name: `Item ${index}`, unitAmount: 1, quantity: 1 }));
}

function linesOf(form: readonly Field[]): number {
  let sum = 0;
  for (let index = 0; fieldText(form, `items[${index}][amount]`) !== ""; index++) {
    const line = (part: string): number => Number(fieldText(form, `items[${index}][${part}]`));
    sum += line("amount") * line("quantity");
  }
  return sum;
}
