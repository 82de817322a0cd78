import t from "tap";

import { fieldText } from "../../src/cardstream/fields.js";
import { postPage } from "../support/browser.js";
import { onSqlite } from "../support/database.js";
import { ACCOUNT, CARD, firstForm, formOf, payAndReturn, type Stand, startStand } from "./stand.js";

// 3-D Secure on the hosted page, by the card of the vendor's samples: the month in which it expires decides.

const SAMPLE = { ...CARD, cardNumber: "4012001037141112", cardCVV: "083" };
const MINUTE = 60_000;

/** Longer than an equal payment counts as a duplicate. */
const DUPLICATE_MS = 10_000_000;

/** The issuer's page, as a shopper gets there who pays with the card that is asked. */
async function toTheBank(stand: Stand, order: Parameters<typeof formOf>[1] = {}) {
  const cardPage = await stand.enter(formOf(stand, order));
  return await firstForm(await firstForm(cardPage).submit(SAMPLE)).submit();
}

const told = (stand: Stand) => stand.shop.callbacks.map((fields) => fieldText(fields, "responseCode"));

await onSqlite(t, "who fails the challenge has not paid, and nobody else can meet it", async (t, engine) => {
  const stand = await startStand(t, engine);
  const bank = await toTheBank(stand);
  t.match(
    bank.text,
    /Is this payment yours\? Sandbox Bank asks you to confirm a payment of GBP 29\.99 to The Stand/,
  );
  t.same(stand.shop.callbacks, [], "nothing is told before the end");
  t.match(await stand.transactions(), [{ state: "received", responseCode: 65802, amountReceived: 0 }]);
  const [passes, fails] = bank.forms;
  const [name = "", value = ""] = passes?.fields[0] ?? [];
  t.equal((await postPage(`${stand.url}/hosted/hpp_another/challenge`, [[name, value]])).status, 404);
  for (const forged of ["", "oops", Buffer.from('{"round":1}').toString("base64url")]) {
    t.equal((await postPage(passes?.action ?? "", [[name, forged]])).status, 404, forged);
  }
  await firstForm((await fails?.submit()) ?? bank).submit();
  t.match(await stand.transactions(), [{ state: "declined", responseCode: 65803, amountReceived: 0 }]);
  t.match(Object.fromEntries(stand.shop.returns[0] ?? []), {
    responseCode: "65803",
    responseStatus: "2",
    state: "declined",
    threeDSAuthenticated: "N",
    amountReceived: "0",
  });
  t.same(told(stand), ["65803"]);
  await firstForm((await passes?.submit()) ?? bank).submit();
  t.match(
    await stand.transactions(),
    [{ state: "declined" }],
    "the other button, afterwards, changes nothing",
  );
  t.same(told(stand), ["65803"], "and tells nothing new");
  const forgedPass = (await toTheBank(stand, { attempt: 2 })).forms[1];
  const message = JSON.parse(Buffer.from(forgedPass?.fields[0]?.[1] ?? "", "base64url").toString());
  const changed = Buffer.from(JSON.stringify({ ...message, transStatus: "Y" })).toString("base64url");
  await firstForm(await postPage(forgedPass?.action ?? "", [["cres", changed]])).submit();
  t.same(told(stand), ["65803", "65803"], "the shopper cannot say that they have passed");
});

await onSqlite(
  t,
  "who passes the challenge pays, saves the card or authorizes, as the form asks",
  async (t, engine) => {
    const stand = await startStand(t, engine);
    for (const [order, result] of [
      [{ attempt: 1 }, { responseCode: "0", state: "captured", amountReceived: "2999" }],
      [
        { attempt: 2, captureMethod: "manual" },
        { responseCode: "0", state: "approved", amountReceived: "2999" },
      ],
      [
        { attempt: 3, amount: 0, verifyOnly: true },
        { responseCode: "0", state: "verified", amountReceived: "0" },
      ],
    ] as const) {
      const bank = await toTheBank(stand, order);
      await firstForm(await firstForm(bank).submit()).submit();
      const authenticated = {
        threeDSAuthenticated: "Y",
        threeDSECI: "05",
        cardNumberMask: "401200******1112",
      };
      t.match(Object.fromEntries(stand.shop.returns.at(-1) ?? []), { ...result, ...authenticated });
      t.notOk(
        stand.shop.returns.at(-1)?.some(([name]) => name.startsWith("threeDSRe")),
        "no word of the challenge",
      );
      t.same(stand.shop.callbacks.at(-1), stand.shop.returns.at(-1));
    }
  },
);

await onSqlite(
  t,
  "a challenge that is left ends after ten minutes, and is not met later",
  async (t, engine) => {
    const stand = await startStand(t, engine);
    const bank = await toTheBank(stand);
    const search = async () => {
      const headers = { "x-p3-token": ACCOUNT.restToken };
      const reference = fieldText(formOf(stand), "transactionUnique");
      const query = new URLSearchParams({ _where: `(transactionUnique='${reference}')` });
      return await (await fetch(`${stand.url}/rest/transactions?${query.toString()}`, { headers })).json();
    };
    stand.clock.time += 10 * MINUTE - 1;
    t.match(await search(), [{ state: "received", responseCode: "65802" }]);
    stand.clock.time += 1;
    t.match(await search(), [{ state: "declined", responseCode: "65803", amountReceived: "0" }]);
    await firstForm(await firstForm(bank).submit()).submit();
    t.equal(fieldText(stand.shop.returns[0] ?? [], "responseCode"), "65803");
    t.match(await search(), [{ state: "declined", responseCode: "65803", amountReceived: "0" }]);
    t.same(stand.shop.callbacks, []);
  },
);

await onSqlite(
  t,
  "the other months are not asked, and what the shopper chooses on the page wins",
  async (t, engine) => {
    const stand = await startStand(t, engine);
    const results: Record<string, string> = {};
    for (const cardExpiryMonth of ["01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11"]) {
      stand.clock.time += DUPLICATE_MS;
      const result = await payAndReturn(stand, formOf(stand), { ...SAMPLE, cardExpiryMonth });
      results[cardExpiryMonth] =
        `${fieldText(result, "responseCode")} ${fieldText(result, "threeDSAuthenticated")}`;
    }
    t.same(results, {
      "01": "0 Y",
      "02": "65803 N",
      "03": "0 U",
      "04": "0 A",
      "05": "65803 D",
      "06": "65803 R",
      "07": "65803 E",
      "08": "65803 E",
      "09": "65803 E",
      "10": "0 I",
      "11": "0 U",
    });
    for (const [outcome, code] of [
      ["approve", "0"],
      ["decline", "5"],
    ] as const) {
      stand.clock.time += DUPLICATE_MS;
      const result = await payAndReturn(stand, formOf(stand), { ...SAMPLE, outcome });
      t.equal(fieldText(result, "responseCode"), code, "nobody is asked");
    }
  },
);
