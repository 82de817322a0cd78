import { array, assert, asyncProperty, constantFrom, oneof, pre, string } from "fast-check";
import t from "tap";

import { encodeFields, type Field, fieldText } from "../../src/cardstream/fields.js";
import { isSigned, signed } from "../../src/cardstream/signed-message.js";
import { currencyByCode } from "../../src/domain/money.js";
import { openPage } from "../support/browser.js";
import { onSqlite } from "../support/database.js";
import { ACCOUNT, CARD, firstForm, formOf, payAndReturn, startStand } from "./stand.js";
import { CODE_POINT } from "../support/any-text.js";

await onSqlite(
  t,
  "the result holds what the gateway says of a payment, every field of the form echoed in order",
  async (t, engine) => {
    const stand = await startStand(t, engine);
    stand.clock.time = Date.UTC(2026, 6, 1, 23, 59, 58);
    const form = formOf(stand, { cardOnFile: true });
    const result = await payAndReturn(stand, form, CARD);
    const overwritten = new Set(["signature", "currencyCode"]);
    const echoed = form.filter(([name]) => !overwritten.has(name));
    t.same(result.slice(0, echoed.length), echoed);
    const own = Object.fromEntries(result.slice(echoed.length));
    t.match(own, {
      addressCheck: "not checked",
      amountApproved: "2999",
      amountRetained: "2999",
      authorisationCode: own["responseMessage"]?.slice("AUTHCODE:".length) ?? "",
      avscv2ResponseCode: "211100",
      cardExpiryDate: "1228",
      cardExpiryMonth: "12",
      cardExpiryYear: "28",
      cardNumberMask: "492942******0821",
      cardScheme: "Visa",
      cardSchemeCode: "VC",
      cardType: "Visa Credit",
      cardTypeCode: "VC",
      currencyCode: "826",
      cv2Check: "matched",
      displayAmount: "GBP 29.99",
      requestID: /^[0-9a-f]{13}$/,
      threeDSAuthenticated: "Y",
      timestamp: "2026-07-02 00:59:58",
    });
    t.notOk("cardNumber" in own || "cardCVV" in own);
  },
);

await onSqlite(t, "a wrong security code is told in the checks and decides nothing", async (t, engine) => {
  const stand = await startStand(t, engine);
  const result = await payAndReturn(stand, formOf(stand), { ...CARD, cardCVV: "999" });
  t.equal(fieldText(result, "responseCode"), "0");
  t.equal(fieldText(result, "cv2Check"), "not matched");
  t.equal(fieldText(result, "avscv2ResponseCode"), "411100");
});

await onSqlite(
  t,
  "currencies without and with three decimals are paid in minor units as they are",
  async (t, engine) => {
    const stand = await startStand(t, engine);
    for (const [code, shown, number] of [
      ["jpy", "JPY 2999", "392"],
      ["kwd", "KWD 2.999", "414"],
    ] as const) {
      const currency = currencyByCode(code);
      if (currency === undefined) throw new Error(code);
      const result = await payAndReturn(stand, formOf(stand, { currency }), CARD);
      t.equal(fieldText(result, "displayAmount"), shown);
      t.equal(fieldText(result, "currencyCode"), number);
      t.equal(fieldText(result, "amountReceived"), "2999");
    }
  },
);

await onSqlite(t, "a form cannot put words into the gateway's mouth", async (t, engine) => {
  const stand = await startStand(t, engine);
  const planted: Field[] = [
    ["amountReceived", "2999"],
    ["xref", "mine"],
    ["threeDSAuthenticated", "Y"],
    ["cardNumberMask[0]", "x"],
    ["cardNumber", "4111111111111111"],
    ["merchantPwd", "password"],
    ["submit", "a name that hides a method of the form"],
  ];
  const unsigned = formOf(stand).filter(([name]) => name !== "signature");
  const asResult = signed([...unsigned, ["responseCode", "0"]], ACCOUNT.secret);
  t.same((await stand.enter(asResult)).forms, [], "what says that it is a result is no form");
  const page = await stand.enter(signed([...unsigned, ...planted], ACCOUNT.secret));
  const leading = await page.forms[1]?.submit();
  if (leading !== undefined) await firstForm(leading).submit();
  const result = stand.shop.returns[0] ?? [];
  t.ok(isSigned(result, [ACCOUNT.secret]));
  t.equal(new Set(result.map(([name]) => name)).size, result.length, "no field is there twice");
  t.equal(fieldText(result, "responseCode"), "65576");
  t.equal(fieldText(result, "amountReceived"), "0");
  for (const name of ["threeDSAuthenticated", "cardNumberMask[0]", "cardNumber", "merchantPwd"]) {
    t.equal(fieldText(result, name), "", name);
  }
  t.equal(fieldText(result, "submit"), "a name that hides a method of the form");
  t.notMatch(await stand.books(), /4111111111111111|password/);
});

await onSqlite(
  t,
  "any text that a form carries comes back through a browser under a signature that holds",
  async (t, engine) => {
    const stand = await startStand(t, engine);
    const piece = constantFrom(
      "\r\n",
      "\n\r",
      "\r",
      "\n",
      "&",
      "<b>",
      '"',
      "'",
      "+",
      "%0D",
      "é",
      "😀",
      " ",
      "*~",
    );
    const text = oneof(
      array(piece).map((pieces) => pieces.join("")),
      string({ unit: CODE_POINT }),
    );
    const property = asyncProperty(text, async (value) => {
      pre(!value.includes("\0")); // HTML has none.
      pre(!value.includes("\n\r")); // A browser makes two line ends of it, and signing one: no form can carry it.
      const unsigned = formOf(stand).filter(([name]) => name !== "signature");
      const result = await payAndReturn(stand, signed([...unsigned, ["note", value]], ACCOUNT.secret), {
        outcome: "cancel",
      });
      t.ok(isSigned(result, [ACCOUNT.secret]), JSON.stringify(value));
      t.ok(isSigned(stand.shop.callbacks.at(-1) ?? [], [ACCOUNT.secret]), JSON.stringify(value));
    });
    await assert(property, { numRuns: 40 });
  },
);

await onSqlite(
  t,
  "line ends that no browser would carry are kept as line feeds, so that the result verifies",
  async (t, engine) => {
    const stand = await startStand(t, engine);
    const unsigned = formOf(stand).filter(([name]) => name !== "signature");
    const form = signed([...unsigned, ["note", "one\n\rtwo\rthree"]], ACCOUNT.secret);
    const answer = await fetch(`${stand.url}/hosted/`, { method: "POST", body: encodeFields(form) });
    const action = /action="([^"]+)"/.exec(await answer.text())?.[1] ?? "";
    const page = await openPage(action);
    await firstForm(await firstForm(page).submit(CARD)).submit();
    const result = stand.shop.returns[0] ?? [];
    t.ok(isSigned(result, [ACCOUNT.secret]));
    t.equal(fieldText(result, "note"), "one\r\ntwo\r\nthree");
    t.equal(fieldText(stand.shop.callbacks[0] ?? [], "note"), "one\ntwo\nthree");
  },
);
