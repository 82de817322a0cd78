import t from "tap";

import { fieldText } from "../../src/cardstream/fields.js";
import { verifyResult, isSigned } from "../../src/cardstream/signed-message.js";
import { OUTCOMES } from "../../src/sandbox/payments/outcomes.js";
import { openPage } from "../support/browser.js";
import { eachEngine, onSqlite } from "../support/database.js";
import { setFaults } from "./direct-calls.js";
import { ACCOUNT, CARD, firstForm, formOf, payAndReturn, startStand } from "./stand.js";

await eachEngine(
  t,
  "a payment is approved, told to the server first and then brought by the browser",
  async (t, engine) => {
    const stand = await startStand(t, engine);
    const page = await stand.enter(formOf(stand));
    t.equal(page.status, 200);
    t.equal(page.url, `${stand.url}/hosted/`, "the card page comes at once, without a redirect");
    t.match(page.text, /^TEST /);
    t.match(page.text, /The Stand & Co .* £29\.99 Tea & <cake> £29\.99/);

    const leading = await firstForm(page).submit(CARD);
    t.equal(leading.status, 200);
    t.equal(stand.shop.callbacks.length, 1, "the callback came before the page that leads back");
    t.equal(stand.shop.returns.length, 0);
    const back = await firstForm(leading).submit();
    t.equal(back.url, "https://shop.example/thanks");

    const [callback = [], returned = []] = [stand.shop.callbacks[0], stand.shop.returns[0]];
    t.same(returned, callback, "both bring the same");
    const result = verifyResult(callback, [ACCOUNT.secret]);
    t.match(result, {
      action: "SALE",
      amount: 2999,
      amountReceived: 2999,
      card: { brand: "visa", last4: "0821", expMonth: 12, expYear: 2028 },
      currencyCode: "826",
      currencyExponent: "2",
      merchantID: ACCOUNT.merchantID,
      orderRef: "cs_0StandStandStandStandStand00",
      responseCode: 0,
      responseMessage: /^AUTHCODE:\d{6}$/,
      responseStatus: 0,
      state: "captured",
      transactionID: /^[1-9]\d{23}$/,
      transactionUnique: "cs_0StandStandStandStandStand00-1",
      xref: /^26112215[A-Z]{2}30[A-Z]{2}00[A-Z]{2}\d\d[A-Z]{3}$/,
    });

    const [row, ...others] = await stand.transactions();
    t.same(others, []);
    t.match(row, { id: result?.transactionID ?? "", callbackAnswer: "200", callbackAt: stand.clock.time });
    t.match(row, { cardMask: "492942******0821", cardHash: /^[0-9a-f]{64}$/, amountReceived: 2999 });
    t.notMatch(await stand.books(), CARD.cardNumber);
    t.notMatch(await stand.books(), /cardCVV"/);
    for (const secret of [CARD.cardNumber, "cardCVV", ACCOUNT.secret, fieldText(callback, "signature")]) {
      t.notOk(stand.logged().includes(secret), `the log does not hold ${secret.slice(0, 20)}`);
    }
  },
);

await onSqlite(
  t,
  "any amount is approved, whatever the gateway's bands of amounts say",
  async (t, engine) => {
    const stand = await startStand(t, engine);
    for (const amount of [1, 100, 2500, 5000, 9999, 12_000, 15_000, 25_000, 99_999_999_999]) {
      const form = formOf(stand, { amount });
      t.match((await stand.enter(form)).html, /<option value="">Approved, unless the card says otherwise</);
      const result = await payAndReturn(stand, form, CARD);
      t.equal(fieldText(result, "responseCode"), "0", String(amount));
      t.equal(fieldText(result, "amountReceived"), String(amount));
    }
  },
);

await onSqlite(
  t,
  "a card that is always declined, and a holder's name, choose the outcome; the page's choice wins",
  async (t, engine) => {
    const stand = await startStand(t, engine);
    const codeOf = async (typed: Record<string, string>): Promise<string> =>
      fieldText(await payAndReturn(stand, formOf(stand), { ...CARD, ...typed }), "responseCode");
    const declining = { cardNumber: "4000300011112220", cardCVV: "123" };
    t.equal(await codeOf(declining), "5");
    stand.clock.time += 10_000_000;
    t.equal(await codeOf({ ...declining, outcome: "approve" }), "0");
    for (const [customerName, code] of [
      ["Test 50", "1"],
      ["test 101", "5"],
      ["Test 150", "4"],
      ["Test 10", "0"],
      ["Testa 101", "0"],
    ] as const) {
      stand.clock.time += 10_000_000;
      t.equal(await codeOf({ customerName }), code, customerName);
    }
  },
);

await onSqlite(
  t,
  "a merchant plans what becomes of its payments, and the page says so before",
  async (t, engine) => {
    const stand = await startStand(t, engine);
    for (const [fault, label, code] of [
      ["card_declined", "Declined", "5"],
      ["authentication_required", "3-D Secure failed", "65"],
    ] as const) {
      await setFaults(stand, fault);
      const page = await stand.enter(formOf(stand));
      t.match(page.html, new RegExp(`<option value="">${label}, as the merchant has planned</option>`));
      for (const typed of [{}, { fault: "callback_doubled" }, { fault: "none" }]) {
        stand.clock.time += 10_000_000;
        const result = await payAndReturn(stand, formOf(stand), { ...CARD, ...typed });
        t.equal(fieldText(result, "responseCode"), code, JSON.stringify(typed));
      }
      stand.clock.time += 10_000_000;
      const chosen = { ...CARD, outcome: "approve", fault: "none" };
      t.equal(fieldText(await payAndReturn(stand, formOf(stand), chosen), "responseCode"), "0");
    }
  },
);

/** Cardstream guide A-11; 3-D Secure is passed unseen, and amounts outside the bands approve. */
const BANDS: readonly (readonly [amounts: number[], code: number, message: RegExp, state: string])[] = [
  [[1, 99, 100, 2499, 2500, 4999], 0, /^AUTHCODE:\d{6}$/, "captured"],
  [[5000, 7499, 7500, 9999], 1, /^CARD REFERRED$/, "referred"],
  [[10_000, 14_999], 5, /^CARD DECLINED$/, "declined"],
  [[15_000, 19_999], 4, /^CARD DECLINED - KEEP CARD$/, "declined"],
  [[20_000, 24_999], 0, /^AUTHCODE:\d{6}$/, "captured"],
  [[25_000, 29_999], 5, /^CARD DECLINED$/, "declined"],
  [[30_000, 99_999_999_999], 0, /^AUTHCODE:\d{6}$/, "captured"],
];

await onSqlite(
  t,
  "the amount decides where the merchant, or the shopper on the page, chooses that",
  async (t, engine) => {
    const stand = await startStand(t, engine);
    const labels: Record<number, string> = { 0: "Approved", 1: "Referred", 4: "Declined", 5: "Declined" };
    await setFaults(stand, "amount_bands");
    for (const [amounts, code, message, state] of BANDS) {
      for (const amount of amounts) {
        const form = formOf(stand, { amount });
        const page = await stand.enter(form);
        t.match(page.html, new RegExp(`<option value="">${labels[code]}`));
        t.match(page.html, new RegExp(`<option value="amount_bands"[^>]*>[^<]*: ${labels[code]}`));
        const byShopper = amount % 2 === 0 ? { fault: "none", outcome: "amount_bands" } : {};
        const result = await payAndReturn(stand, form, { ...CARD, ...byShopper });
        const what = `${amount}: ${code}`;
        t.equal(fieldText(result, "responseCode"), String(code), what);
        t.equal(fieldText(result, "responseStatus"), code === 0 ? "0" : "1", what);
        t.match(fieldText(result, "responseMessage"), message, what);
        t.equal(fieldText(result, "state"), state, what);
        t.equal(fieldText(result, "amountReceived"), code === 0 ? String(amount) : "0", what);
        t.equal(fieldText(result, "authorisationCode") !== "", code === 0, what);
      }
    }
  },
);

await onSqlite(t, "every outcome of the table can be chosen, whatever the amount says", async (t, engine) => {
  const stand = await startStand(t, engine);
  const page = await stand.enter(formOf(stand));
  const names = Object.keys(OUTCOMES);
  t.same(firstForm(page).options("outcome"), ["", ...names, "amount_bands"]);
  for (const [index, outcome] of Object.values(OUTCOMES).entries()) {
    const result = await payAndReturn(stand, formOf(stand, { attempt: index + 1, amount: 10_001 }), {
      ...CARD,
      outcome: outcome.name,
    });
    t.ok(isSigned(result, [ACCOUNT.secret]));
    t.equal(fieldText(result, "responseCode"), String(outcome.responseCode), outcome.name);
    t.equal(fieldText(result, "responseStatus"), String(outcome.responseStatus), outcome.name);
    t.equal(fieldText(result, "state"), outcome.state, outcome.name);
    const received = { all: "10001", half: "5000", nothing: "0", "another amount": "10002" }[outcome.takes];
    t.equal(fieldText(result, "amountReceived"), received, outcome.name);
  }
  t.equal((await stand.transactions()).length, names.length);
});

await eachEngine(t, "the second form cancels without a card, by a signed result", async (t, engine) => {
  const stand = await startStand(t, engine);
  const page = await stand.enter(formOf(stand));
  const leading = await page.forms[1]?.submit();
  t.match(leading?.text, /Cancelled/);
  const back = leading === undefined ? undefined : await firstForm(leading).submit();
  t.equal(back?.url, "https://shop.example/thanks");
  const result = verifyResult(stand.shop.returns[0] ?? [], [ACCOUNT.secret]);
  t.match(result, {
    responseCode: 65576,
    responseStatus: 2,
    responseMessage: "REQUEST CANCELLED",
    amountReceived: 0,
  });
  t.same(stand.shop.callbacks, stand.shop.returns);
  t.match(await stand.transactions(), [{ responseCode: 65576, cardHash: null, cardMask: null }]);
});

await onSqlite(t, "a card is read as people type it", async (t, engine) => {
  const stand = await startStand(t, engine);
  const typed = {
    cardNumber: " 3742-4545 5400001 ",
    cardExpiryMonth: "3",
    cardExpiryYear: "2029",
    cardCVV: "4887",
  };
  const result = await payAndReturn(stand, formOf(stand), typed);
  t.equal(fieldText(result, "responseCode"), "0");
  t.equal(fieldText(result, "cardSchemeCode"), "AM");
  t.equal(fieldText(result, "cardExpiryDate"), "0329");
  const lastMonth = await payAndReturn(stand, formOf(stand), {
    ...CARD,
    cardExpiryMonth: "11",
    cardExpiryYear: "26",
  });
  t.equal(fieldText(lastMonth, "responseCode"), "0", "a card is good until its month ends");
});

await onSqlite(
  t,
  "a page can be opened again at its own address, and leads on from there",
  async (t, engine) => {
    const stand = await startStand(t, engine);
    const page = await stand.enter(formOf(stand));
    const again = await openPage(firstForm(page).action);
    t.equal(again.status, 200);
    await firstForm(await firstForm(again).submit(CARD)).submit();
    t.equal(fieldText(stand.shop.returns[0] ?? [], "responseCode"), "0");
  },
);
