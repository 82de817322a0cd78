import t from "tap";

import type { Field } from "../../src/cardstream/fields.js";
import { verifyResult, signed } from "../../src/cardstream/signed-message.js";
import type { GatewayResult } from "../../src/domain/gateway-result.js";
import { vectors } from "../support/signature-vectors.js";

const SECRET = "Circle4Take40Idea";

const real = vectors.find(({ name }) => name === "REAL-hosted-response-captured-100856");
if (real === undefined) throw new Error("The captured response is missing from the vectors.");
const realMessage: Field[] = [...real.fields, ["signature", real.hash]];

t.test("a message that is not signed, or by somebody else, is no result", async (t) => {
  t.equal(verifyResult(real.fields, [real.secret]), undefined);
  t.equal(verifyResult(realMessage, ["another secret"]), undefined);
  t.equal(verifyResult(realMessage, []), undefined);
  t.equal(verifyResult(signed([["responseCode", "0"]], "x"), ["", SECRET]), undefined);
});

t.test("a result that was altered is none", async (t) => {
  for (const name of ["amountReceived", "responseCode", "transactionUnique", "xref", "orderRef"]) {
    const altered = realMessage.map((field): Field => (field[0] === name ? [name, `${field[1]}1`] : field));
    t.equal(verifyResult(altered, [real.secret]), undefined, name);
  }
});

t.test("a result signed in part is none, even where its list names every field", async (t) => {
  const names = real.fields.map(([name]) => name).join();
  t.equal(verifyResult([...real.fields, ["signature", `${real.hash}|${names}`]], [real.secret]), undefined);
});

t.test("a request whose signature its shopper has seen becomes no result", async (t) => {
  const request = signed(
    [
      ["action", "SALE"],
      ["amount", "2999"],
    ],
    SECRET,
  );
  const [, , signature] = request;
  const listed: Field = ["signature", `${signature?.[1]}|action,amount`];
  t.equal(verifyResult(request, [SECRET]), undefined, "without a response code it is none");
  const forged: Field[] = [...request.slice(0, 2), ["responseCode", "0"], ["responseStatus", "0"]];
  t.equal(verifyResult([...forged, ...request.slice(2)], [SECRET]), undefined);
  t.equal(verifyResult([...forged, listed], [SECRET]), undefined);
});

t.test("a message without response code is no result, though signed", async (t) => {
  t.equal(verifyResult(signed([["amount", "1"]], SECRET), [SECRET]), undefined);
  t.equal(verifyResult(signed([["responseCode", ""]], SECRET), [SECRET]), undefined);
});

t.test("a real response is read whole", async (t) => {
  t.strictSame(verifyResult(realMessage, ["a new secret", real.secret]), {
    merchantID: "100856",
    action: "SALE",
    transactionUnique: "a3f25bad-8198-4ea7-9137-61f84aadda4e",
    orderRef: "1 item [Test purchase]",
    transactionID: "36943501",
    xref: "19042803WH25PT42SH69VRP",
    state: "captured",
    responseCode: 0,
    responseStatus: 0,
    responseMessage: "AUTHCODE:385359",
    amount: 1001,
    amountReceived: 1001,
    amountRetained: 1001,
    amountRefunded: undefined,
    currencyCode: "826",
    currencyExponent: "2",
    card: { brand: "visa", last4: "0821", expMonth: 12, expYear: 2019, funding: "credit", country: "GB" },
    cardLook: '["492942******0821",12,2019,"BARCLAYS BANK PLC"]',
    billing: {
      name: "Joe Blogs",
      email: "joe-blogs@example.com",
      phone: null,
      address: {
        line1: "Flat 6, Primrose Rise",
        line2: "347 Lavender Road, Northampton",
        city: null,
        state: null,
        postalCode: "NN17 8YG",
        country: null,
      },
    },
    transactionKey: "transaction:36943501",
  });
});

t.test("what is not a plain integer is no number", async (t) => {
  for (const text of ["", "10.99", "-1", "+1", "1e3", "0x10", " 1", "1 ", "1,000", "١", "1234567890123456"]) {
    const { amount, amountReceived, responseStatus } = read({
      amount: text,
      amountReceived: text,
      responseStatus: text,
    });
    t.strictSame([amount, amountReceived, responseStatus], [undefined, undefined, undefined], text);
  }
  t.equal(read({ responseCode: "zero" }).responseCode, undefined);
});

t.test("what was asked for is not taken for what was received", async (t) => {
  const { amount, amountReceived, amountRefunded } = read({
    amount: "2999",
    amountReceived: "0",
    amountRefunded: "17",
  });
  t.strictSame([amount, amountReceived, amountRefunded], [2999, 0, 17]);
});

t.test("plain integers are read exactly", async (t) => {
  t.equal(read({ amount: "99999999999" }).amount, 99_999_999_999);
  t.equal(read({ amount: "0" }).amount, 0);
  t.equal(read({ responseCode: "65576" }).responseCode, 65576);
});

t.test("a field that is absent is an empty text", async (t) => {
  const { transactionUnique, orderRef, state, xref, currencyExponent } = read({});
  t.strictSame([transactionUnique, orderRef, state, xref, currencyExponent], ["", "", "", "", ""]);
});

t.test("a transaction is known by its id, whatever else a message says of it", async (t) => {
  t.equal(read({ transactionID: "36943501", state: "received" }).transactionKey, "transaction:36943501");
  t.equal(read({ transactionID: "36943501", state: "captured" }).transactionKey, "transaction:36943501");
});

t.test("without a usable id, one message is known by its fields and another has another key", async (t) => {
  t.match(keyOf({ orderRef: "a" }), /^fields:[\w-]{43,64}$/);
  t.equal(
    keyOf({ orderRef: "a", state: "b" }),
    keyOf({ state: "b", orderRef: "a" }),
    "in whatever order they came",
  );
  t.not(keyOf({ orderRef: "a" }), keyOf({ orderRef: "b" }));
  for (const transactionID of ["", " 1", "1'--", "1".repeat(41), "é"]) {
    t.match(keyOf({ transactionID }), /^fields:[\w-]{43,64}$/, transactionID);
  }
});

function keyOf(fields: Record<string, string>): string {
  return read(fields).transactionKey;
}

/** The result of a signed message with these fields. */
function read(fields: Record<string, string>): GatewayResult {
  const message = signed(Object.entries({ responseCode: "0", ...fields }), SECRET);
  const result = verifyResult(message, [SECRET]);
  if (result === undefined) throw new Error("The message was not read.");
  return result;
}
