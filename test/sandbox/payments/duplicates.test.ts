import t from "tap";

import { fieldText } from "../../../src/cardstream/fields.js";
import { signed } from "../../../src/cardstream/signed-message.js";
import { eachEngine, onSqlite } from "../../support/database.js";
import { ACCOUNT, CARD, firstForm, formOf, type Stand, startStand } from "../stand.js";

const OTHER_CARD = { ...CARD, cardNumber: "5301250070000191", cardCVV: "419" };

const codes = async (stand: Stand) =>
  (await stand.transactions()).map(({ responseCode }) => responseCode).sort((a, b) => a - b);

await eachEngine(
  t,
  "the same card for the same order is refused while duplicateDelay runs",
  async (t, engine) => {
    const stand = await startStand(t, engine);
    const page = await stand.enter(formOf(stand));
    await firstForm(page).submit(CARD);
    stand.clock.time += 9_998_000;
    const leading = await firstForm(page).submit({ ...CARD, cardExpiryYear: "29" });
    await firstForm(leading).submit();
    const result = stand.shop.returns[0] ?? [];
    t.equal(fieldText(result, "responseCode"), "65554");
    t.equal(fieldText(result, "responseStatus"), "2");
    t.equal(fieldText(result, "responseMessage"), "REQUEST DUPLICATE");
    t.equal(fieldText(result, "amountReceived"), "0");
    t.equal(fieldText(result, "authorisationCode"), "");
    t.same(await codes(stand), [0, 65554]);

    stand.clock.time += 2_000;
    await firstForm(page).submit(CARD);
    t.same(await codes(stand), [0, 0, 65554], "a refused duplicate does not prolong the wait");
  },
);

await eachEngine(
  t,
  "another card on the same page is charged again, as the original would",
  async (t, engine) => {
    const stand = await startStand(t, engine);
    const page = await stand.enter(formOf(stand));
    await firstForm(page).submit(CARD);
    await firstForm(page).submit(OTHER_CARD);
    const [first, second] = await stand.transactions();
    t.match([first, second], [{ responseCode: 0 }, { responseCode: 0 }]);
    t.not(first?.cardHash, second?.cardHash);
    t.not(first?.xref, second?.xref);
  },
);

await onSqlite(t, "what an earlier payment came to plays no part in the comparison", async (t, engine) => {
  const stand = await startStand(t, engine);
  const page = await stand.enter(formOf(stand));
  await firstForm(page).submit({ ...CARD, outcome: "decline" });
  await firstForm(page).submit(CARD);
  t.same(await codes(stand), [5, 65554]);
});

await onSqlite(
  t,
  "another amount, attempt, currency or type is another payment; another tab is not",
  async (t, engine) => {
    const stand = await startStand(t, engine);
    const form = formOf(stand);
    const under = (name: string, value: string) =>
      signed(
        form.filter(([other]) => other !== name && other !== "signature").concat([[name, value]]),
        ACCOUNT.secret,
      );
    const forms = [form, formOf(stand, { amount: 3000 }), formOf(stand, { attempt: 2 }), under("type", "2")];
    for (const fields of [...forms, under("currencyCode", "978")]) {
      await firstForm(await stand.enter(fields)).submit(CARD);
    }
    t.same(await codes(stand), [0, 0, 0, 0, 0]);
    for (const fields of [form, under("orderRef", "another"), under("currencyCode", "GBP")]) {
      await firstForm(await stand.enter(fields)).submit(CARD);
    }
    t.same(await codes(stand), [0, 0, 0, 0, 0, 65554, 65554, 65554]);
  },
);

await onSqlite(t, "without duplicateDelay, and with 0, the wait is 300 seconds", async (t, engine) => {
  const stand = await startStand(t, engine);
  for (const [index, delay] of ["0", ""].entries()) {
    const fields = formOf(stand, { attempt: index + 1 }).map(([name, value]) => [
      name,
      name === "duplicateDelay" ? delay : value,
    ]) as [string, string][];
    const page = await stand.enter(
      signed(
        fields.filter(([name]) => name !== "signature"),
        ACCOUNT.secret,
      ),
    );
    const pay = async () => {
      await firstForm(page).submit(CARD);
      return (await stand.transactions()).at(-1)?.responseCode;
    };
    t.equal(await pay(), 0);
    stand.clock.time += 299_999;
    t.equal(await pay(), 65554);
    stand.clock.time += 1;
    t.equal(await pay(), 0);
  }
});

await eachEngine(t, "of eight equal payments at once, in two tabs, one is approved", async (t, engine) => {
  const stand = await startStand(t, engine);
  for (let attempt = 1; attempt <= 5; attempt++) {
    const tabs = [
      await stand.enter(formOf(stand, { attempt })),
      await stand.enter(formOf(stand, { attempt })),
    ];
    const pages = [...tabs, ...tabs, ...tabs, ...tabs];
    const answers = await Promise.all(pages.map((page) => firstForm(page).submit(CARD)));
    t.same(
      answers.map(({ status }) => status),
      pages.map(() => 200),
    );
    const results = answers.map((answer) => fieldText(firstForm(answer).fields, "responseCode"));
    t.same(results.sort(), ["0", ...pages.slice(1).map(() => "65554")]);
  }
  t.equal((await stand.transactions()).length, 40);
});
