import { writeFileSync } from "node:fs";
import path from "node:path";

import t, { type Test } from "tap";

import { deleteRows } from "../../src/db/query/delete.js";
import { gatewayResults } from "../../src/db/tables/gateway-results.js";
import { inTransaction } from "../../src/db/transaction.js";
import type { Config } from "../../src/start/config.js";
import { createTestMerchant, startTestApp, testConfig } from "../support/app.js";
import { authorizedShop } from "../support/authorized.js";
import { openCardShop } from "../support/charges.js";
import { environmentOf, run } from "../support/command.js";
import { eachEngine, onMysql, type TestEngine } from "../support/database.js";
import { openPaid } from "../support/refunds.js";
import { asCsv, type GatewayRow, gatewayRows, seedDay } from "../support/seeded-day.js";

const DATE = "2026-11-29";
const FROM = Date.parse(`${DATE}T00:00:00Z`);

interface Row {
  readonly kind: string;
  readonly status: string;
  readonly currency: string;
  readonly amount: number;
  readonly amount_decimal: string;
  readonly count: number | null;
}

/** A service with a day of payments, and its command. */
async function openDay(t: Test, engine: TestEngine, payments: number) {
  const config = testConfig(engine);
  const merchant = await createTestMerchant(config);
  const app = await startTestApp(t, config);
  const seeded = await seedDay(app, merchant, { from: FROM, payments });
  const command = (...args: string[]) =>
    run(environmentOf(config), ["report", "--day", DATE, "--mode", "test", ...args]);
  return {
    app,
    merchant,
    seeded,
    command,
    report: async (...args: string[]) => {
      const { code, stdout, stderr } = await command("--format", "json", ...args);
      t.equal(code, 0, stderr);
      return JSON.parse(stdout) as { lines: Row[]; sums: Row[] };
    },
    compare: async (rows: string, ...args: string[]) => {
      const file = path.join(folderOf(t, config), "gateway.csv");
      writeFileSync(file, rows);
      return await command("--merchant", merchant.id, "--compare", file, ...args);
    },
  };
}

/** The embedded database lies in the test's folder already, and a test has only one. */
function folderOf(t: Test, { dataDir }: Config): string {
  return dataDir === "" ? t.testdir() : dataDir;
}

/** What the gateway has of a currency: its sales but for those that it rejected, less its refunds. */
function netAtGateway(rows: readonly GatewayRow[], currencyCode: string): number {
  return rows
    .filter((row) => row.currencyCode === currencyCode && row.state !== "rejected")
    .reduce(
      (sum, { action, amountReceived }) => sum + (action === "SALE" ? 1 : -1) * Number(amountReceived),
      0,
    );
}

await eachEngine(t, "a report that cannot be made says which option is wrong", async (t, engine) => {
  const { command, compare, merchant } = await openDay(t, engine, 1);
  const wrong: [string[], RegExp][] = [
    [["--day", "29.11.2026"], /--day.*2026-11-29/],
    [["--day", "2026-02-30"], /--day/],
    [["--until", "2026-11-28"], /--until: .*before/],
    [["--mode", "real"], /--mode/],
    [["--format", "pdf"], /--format.*csv, json/],
    [["--time-zone", "Mars"], /--time-zone.*Europe\/London/],
    [["--merchant", "mer_nobody"], /--merchant: No such merchant/],
    [["--compare", "nowhere.csv"], /--merchant: .*one merchant/],
    [["--compare", "nowhere.csv", "--merchant", merchant.id], /--compare: .*nowhere\.csv/],
  ];
  for (const [args, complaint] of wrong) {
    const { code, stderr } = await command(...args);
    t.equal(code, 1, args.join(" "));
    t.match(stderr, complaint);
  }
  for (const [text, complaint] of [
    ["transactionID,state\r\n1,accepted", /--compare: Transaction 1 has no currencyCode/],
    ["transactionID,state\r\n1", /--compare: Line 2 has 1 values/],
    ['transactionID\r\n"1', /--compare: A quote at character 16/],
    ["{oops", /--compare: .*JSON/],
  ] as const) {
    t.match(await compare(text), { code: 1, stderr: complaint }, text);
  }
});

await eachEngine(t, "an empty day is a report without lines", async (t, engine) => {
  const { command, report } = await openDay(t, engine, 1);
  t.same(await report("--day", "2026-11-28"), {
    day: "2026-11-28",
    until: "2026-11-28",
    time_zone: "UTC",
    mode: "test",
    lines: [],
    sums: [],
  });
  const { stdout } = await command("--day", "2026-11-28");
  t.equal(stdout.split("\n").length, 2, "the names of the columns alone");
});

await eachEngine(t, "each currency has its own decimals, and a zone its own midnights", async (t, engine) => {
  const { command, report } = await openDay(t, engine, 48);
  const { lines, sums } = await report();
  t.equal(lines.filter(({ kind }) => kind === "payment").length, 48, "one each half an hour");
  const of = (currency: string) => sums.find((row) => row.currency === currency && row.status === "payments");
  t.match(of("gbp")?.amount_decimal, /^\d+\.\d\d$/);
  t.match(of("jpy")?.amount_decimal, /^\d+$/);
  t.match(of("kwd")?.amount_decimal, /^\d+\.\d\d\d$/);
  t.equal(of("kwd")?.amount_decimal.replace(".", ""), String(of("kwd")?.amount));
  const late = await report("--day", "2026-11-28", "--time-zone", "America/New_York");
  t.equal(late.lines.filter(({ kind }) => kind === "payment").length, 10, "until five in the morning UTC");
  const both = await report("--day", "2026-11-28", "--until", "2026-11-30");
  t.equal(both.lines.length, lines.length);
  const [names = "", first = ""] = (await command()).stdout.split("\n");
  t.match(names, /^kind,id,time,merchant,status,settlement,currency,amount,amount_decimal,/);
  t.match(first, /^payment,pi_\w+,2026-11-29T00:00:00\.000Z,mer_\w+,succeeded,rejected,gbp,100,1\.00,/);
});

// On a server alone: ten thousand take the embedded file as long, and all else of the report is told on both.
await onMysql(
  t,
  "ten thousand payments are equal to the gateway's books, to the penny",
  async (t, engine) => {
    const { app, merchant, seeded, report, compare } = await openDay(t, engine, 10_000);
    const { lines, sums } = await report("--merchant", merchant.id);
    t.equal(lines.filter(({ kind }) => kind === "payment").length, 10_000);
    const rows = await gatewayRows(app);
    for (const [currency, code] of [
      ["gbp", "826"],
      ["jpy", "392"],
      ["kwd", "414"],
    ] as const) {
      const net = sums.find((row) => row.currency === currency && row.status === "net");
      t.equal(net?.amount, netAtGateway(rows, code), currency);
    }
    t.match(await compare(asCsv(rows)), {
      code: 0,
      stdout: /^difference,id,transaction,says\n$/,
      stderr: /0 differences/,
    });

    const [gone, doubled, other, taken] = [5, 17, 33, 3000].map((at) => seeded[at]);
    const refunded = seeded.find(({ refund }, at) => refund !== undefined && at > 4000 && at % 10 === 1);
    const wrong: GatewayRow[] = [];
    for (const row of rows) {
      const { transactionID, transactionUnique, amountReceived } = row;
      if (transactionID === gone?.transaction || transactionUnique === refunded?.refund) continue;
      const isOther = transactionID === other?.transaction;
      wrong.push(isOther ? { ...row, amountReceived: String(Number(amountReceived) + 1) } : row);
      if (transactionID === doubled?.transaction) wrong.push({ ...row, transactionID: "50000000" });
    }
    await inTransaction(app.db, "READ COMMITTED", (tx) =>
      deleteRows(tx, gatewayResults, "payment_intent_id = ?", [taken?.payment]),
    );
    const found = await compare(asCsv(wrong), "--format", "json");
    t.equal(found.code, 1);
    const { differences } = JSON.parse(found.stdout) as { differences: { kind: string; id: string }[] };
    t.same(
      differences.map(({ kind, id }) => `${kind} ${id}`).toSorted(),
      [
        `not_at_gateway ${gone?.payment}`,
        `not_at_gateway ${refunded?.refund}`,
        `not_recorded ${doubled?.payment}-1`,
        `not_recorded ${taken?.payment}-1`,
        `other_amount ${other?.payment}`,
      ].toSorted(),
    );
  },
);

await eachEngine(t, "what the sandbox took and gave back is what the report says", async (t, engine) => {
  const story = await openPaid(t, engine, { amount: 2000 });
  t.match(await story.refund({ amount: 500 }), { json: { status: "succeeded" } });
  await story.desk.settle();
  t.match(await story.refund({ amount: 300 }), { json: { status: "succeeded" } });
  const today = new Date().toISOString().slice(0, 10);
  const args = ["report", "--day", today, "--mode", "test", "--merchant", story.merchant.id];
  const { stdout } = await run(environmentOf(story.config), [...args, "--format", "json"]);
  t.match((JSON.parse(stdout) as { sums: Row[] }).sums, [
    { status: "payments", amount: 2000, count: 1 },
    { status: "rejected", count: 0 },
    { status: "refunds", amount: 800, count: 2 },
    { status: "pending_refunds", count: 0 },
    { status: "held", count: 0 },
    { status: "net", amount: 1200, amount_decimal: "12.00" },
  ]);
  const file = path.join(folderOf(t, story.config), "gateway.json");
  writeFileSync(file, JSON.stringify(await gatewayRows(story.app)));
  t.match(await run(environmentOf(story.config), [...args, "--compare", file]), { code: 0 });
});

await eachEngine(
  t,
  "an open authorization is no line, and a captured one the money that it took",
  async (t, engine) => {
    const shop = await openCardShop(t, engine);
    const { authorize, authorizeSession, capture, cancel, readSession } = authorizedShop(shop);
    const { id: open } = await authorize();
    const { id: captured } = await authorize();
    await capture(captured, 700);
    await cancel((await readSession(await authorizeSession())).payment_intent);
    const today = new Date().toISOString().slice(0, 10);
    const { config } = shop.app;
    const args = ["report", "--day", today, "--mode", "test", "--merchant", shop.merchant.id];
    const { stdout: json } = await run(environmentOf(config), [...args, "--format", "json"]);
    const { lines, sums } = JSON.parse(json) as { lines: (Row & { id: string })[]; sums: Row[] };
    t.notOk(json.includes(open), "nothing was received of it");
    t.match(
      lines.find(({ id }) => id === captured),
      { kind: "payment", amount: 700, status: "succeeded" },
    );
    // The shop's customer has paid 2999 before.
    t.match(sums, [
      { status: "payments", amount: 3699, count: 2 },
      {},
      {},
      {},
      {},
      { status: "net", amount: 3699 },
    ]);
    const { stdout: csv } = await run(environmentOf(config), args);
    t.notOk(csv.includes(open));
    t.match(csv, new RegExp(`^payment,${captured},[^,]+,mer_\\w+,succeeded,pending,gbp,700,7\\.00,`, "m"));
    t.match(csv, /^sum,,,,net,,gbp,3699,36\.99,/m);

    const file = path.join(folderOf(t, config), "gateway.json");
    const books = JSON.stringify(await gatewayRows(shop.app));
    const compare = async (list: string) => {
      writeFileSync(file, list);
      return await run(environmentOf(config), [...args, "--compare", file]);
    };
    t.match(await compare(books), { code: 0, stdout: /^[^\n]*\n$/ });
    const taken = books.replaceAll('"approved"', '"captured"');
    const line = new RegExp(`\\nnot_recorded,${open}-1,\\d+,1200 gbp .* are recorded nowhere\\n$`);
    t.match(await compare(taken), { code: 1, stdout: line }, "somebody has captured it at the gateway");
  },
);
