import t from "tap";

import { signed } from "../../src/cardstream/signed-message.js";
import { eachEngine, onSqlite } from "../support/database.js";
import { ask, found, paid, postFields, setFaults, settle } from "./direct-calls.js";
import { ACCOUNT, CARD, formOf, startStand } from "./stand.js";

await eachEngine(t, "a settled sale is refunded in parts, up to what was received", async (t, engine) => {
  const stand = await startStand(t, engine);
  const sale = await paid(stand);
  const refund = (amount: string, transactionUnique: string) =>
    ask(stand, { action: "REFUND_SALE", xref: sale.xref, amount, transactionUnique });
  t.match(await refund("500", "re_0"), { responseCode: "65541" }, "captured is not settled yet");
  await settle(stand, { state: "tendered" });
  t.match(await refund("500", "re_0"), { responseCode: "65541" }, "nor is tendered");
  t.match(await settle(stand), { settled: "1", responseCode: "0" });
  t.match(await refund("2001", "re_0"), { responseCode: "66312" });
  t.match(await refund("0", "re_0"), { responseCode: "66312" });
  const withCard = { action: "REFUND_SALE", xref: sale.xref, amount: "500", cardNumber: CARD.cardNumber };
  t.match(await ask(stand, withCard), { responseCode: "65542" });

  const first = await refund("500", "re_1");
  t.match(first, {
    action: "REFUND_SALE",
    amount: "500",
    amountReceived: "500",
    amountRefunded: "500",
    cardNumberMask: "492942******0821",
    displayAmount: "GBP 5.00",
    merchantID: ACCOUNT.merchantID,
    orderRef: "cs_0StandStandStandStandStand00",
    previousID: sale.id,
    responseCode: "0",
    responseStatus: "0",
    state: "captured",
    transactionUnique: "re_1",
  });
  t.not(first["xref"], sale.xref);
  t.not(first["transactionID"], sale.id);
  t.notOk("redirectURL" in first || "authorisationCode" in first);
  t.match(await refund("1500", "re_2"), { amountRefunded: "2000", responseCode: "0" });
  t.match(await refund("1", "re_3"), { responseCode: "66312" }, "nothing is left");
  t.match(await found(stand, ({ id }) => id === sale.id), { state: "accepted", amountRefunded: 2000 });
  t.match(await ask(stand, { action: "QUERY", xref: sale.xref }), { amountRefunded: "2000" });
  const again = await ask(stand, { action: "QUERY", xref: first["xref"] ?? "" });
  t.match(again, { action: "QUERY:REFUND_SALE", amount: "500", transactionUnique: "re_1" });
  t.match(await settle(stand), { settled: "2" });
  const refundOfRefund = await ask(stand, { action: "REFUND_SALE", xref: first["xref"] ?? "", amount: "1" });
  t.match(refundOfRefund, { responseCode: "65541" });
});

await eachEngine(
  t,
  "the same refund asked for twice, or eight times at once, is made once",
  async (t, engine) => {
    const stand = await startStand(t, engine);
    const sale = await paid(stand);
    await settle(stand);
    const request = { action: "REFUND_SALE", xref: sale.xref, amount: "200", transactionUnique: "re_1" };
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask(stand, request)));
    const codes = answers.map(({ responseCode = "" }) => responseCode).sort();
    t.same(codes, ["0", ...Array.from({ length: 7 }, () => "65554")]);
    t.match(await found(stand, ({ id }) => id === sale.id), { amountRefunded: 200 });
    stand.clock.time += 300_000;
    t.match(await ask(stand, request), { responseCode: "0", amountRefunded: "400" });
  },
);

await eachEngine(t, "refunds at once never give back more than was received", async (t, engine) => {
  const stand = await startStand(t, engine);
  const sale = await paid(stand);
  await settle(stand);
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, index) =>
      ask(stand, {
        action: "REFUND_SALE",
        xref: sale.xref,
        amount: "600",
        transactionUnique: `re_${index}`,
      }),
    ),
  );
  const codes = answers.map(({ responseCode = "" }) => responseCode).sort();
  t.same(codes, ["0", "0", "0", "66312", "66312", "66312", "66312", "66312"]);
  t.match(await found(stand, ({ id }) => id === sale.id), { amountRefunded: 1800 });
});

await onSqlite(t, "settlement accepts a sale of any amount", async (t, engine) => {
  const stand = await startStand(t, engine);
  for (const amount of [2500, 7500, 12_000]) await paid(stand, amount);
  t.match(await settle(stand), { settled: "3" });
  t.match(await stand.transactions(), [{ state: "accepted" }, { state: "accepted" }, { state: "accepted" }]);
});

await onSqlite(
  t,
  "where amounts decide, settlement rejects sales in the published bands and accepts all others",
  async (t, engine) => {
    const stand = await startStand(t, engine);
    await setFaults(stand, "amount_bands");
    const states: readonly (readonly [amount: number, typed: string, state: string])[] = [
      [100, "", "accepted"],
      [2499, "", "accepted"],
      [2500, "", "rejected"],
      [4999, "", "rejected"],
      [5000, "approve", "accepted"],
      [7499, "approve", "accepted"],
      [7500, "approve", "rejected"],
      [9999, "approve", "rejected"],
      [10_000, "approve", "accepted"],
      [20_000, "", "accepted"],
      [5000, "", "referred"],
      [10_000, "", "declined"],
    ];
    for (const [amount, outcome] of states) await paid(stand, amount, outcome === "" ? {} : { outcome });
    const hostedForm = await postFields(stand, "/settle", formOf(stand));
    t.match(await hostedForm.text(), /responseCode=66311/, "a form that a browser has seen settles nothing");
    const unsigned = [
      ["merchantID", ACCOUNT.merchantID],
      ["action", "SETTLE"],
    ] as const;
    t.match(await (await postFields(stand, "/settle", unsigned)).text(), /responseCode=65539/);
    t.match(
      await (await postFields(stand, "/settle", signed(unsigned, "other"))).text(),
      /responseCode=65539/,
    );
    const { xref, id } = await found(stand, ({ amount }) => amount === 100);
    t.match(await settle(stand, { xref }), { settled: "1" });
    t.match(await found(stand, (row) => row.id === id), { state: "accepted" });
    t.match(await settle(stand), { settled: "9" });
    t.same(
      (await stand.transactions())
        .sort((a, b) => Number(a.transactionUnique.split("-")[1]) - Number(b.transactionUnique.split("-")[1]))
        .map(({ state }) => state),
      states.map(([, , state]) => state),
    );
    t.match(await settle(stand), { settled: "0" });
  },
);
