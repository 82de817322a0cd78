import t from "tap";

import { createTransactionSearch } from "../../src/cardstream/transaction-search.js";
import { type GatewayReply, startGateway } from "../support/scripted-gateway.js";

const search = createTransactionSearch({ timeoutMs: 5000, pausesMs: [1] });

const row = (xref: unknown, changes: Record<string, unknown> = {}) => ({
  action: "SALE",
  transactionUnique: "cs_abc-1",
  xref,
  ...changes,
});

t.test("what is no list of transactions finds nothing, and says so", async (t) => {
  const gateway = await startGateway(t);
  const account = { gatewayUrl: gateway.url, restToken: "token" };
  for (const body of ["", "<html>", "null", "{}", '{"data":{}}', "[1]", "[null]", "7"]) {
    gateway.answer(() => ({ body }));
    t.same(await search.find(account, "SALE", "cs_abc-1"), { kind: "unreadable" }, body);
  }
  for (const xref of [undefined, "", 7]) {
    gateway.answer(() => ({ body: JSON.stringify([row("A"), row(xref)]) }));
    t.same(
      await search.find(account, "SALE", "cs_abc-1"),
      { kind: "unreadable" },
      `a sale with xref ${String(xref)}`,
    );
  }
  for (const reply of ["hang up", { status: 401, body: "[]" }] satisfies GatewayReply[]) {
    gateway.answer(() => reply);
    t.match(await search.find(account, "SALE", "cs_abc-1"), { kind: "no answer" });
  }
});

t.test("only a reference of ours becomes part of the condition", async (t) => {
  const account = { gatewayUrl: "http://127.0.0.1:1", restToken: "token" };
  for (const reference of ["", "cs_abc-1') or ('1'='1", "cs_abc 1"]) {
    await t.rejects(search.find(account, "SALE", reference));
  }
});

t.test("every sale of the reference is found once, and nothing else", async (t) => {
  const gateway = await startGateway(t);
  const account = { gatewayUrl: `${gateway.url}/`, restToken: "a token" };
  const rows = [
    row("A"),
    row("B", { responseCode: 5 }),
    row("A"),
    row("C", { action: "REFUND_SALE" }),
    row("D", { transactionUnique: "cs_abc-11" }),
    row("E", { transactionUnique: undefined }),
  ];
  for (const answer of [rows, { data: rows }]) {
    gateway.answer(() => ({ body: JSON.stringify(answer) }));
    t.same(await search.find(account, "SALE", "cs_abc-1"), { kind: "found", xrefs: ["A", "B"] });
  }
  t.same(await search.find(account, "REFUND_SALE", "cs_abc-1"), { kind: "found", xrefs: ["C"] });
  gateway.answer(() => ({ body: "[]" }));
  t.same(await search.find(account, "SALE", "cs_abc-1"), { kind: "found", xrefs: [] });
  const { method, url, headers } = gateway.requests[0] ?? { url: "" };
  t.match([method, headers?.["x-p3-token"]], ["GET", "a token"]);
  const asked = new URL(url, gateway.url);
  t.same(
    [asked.pathname, asked.searchParams.get("_where")],
    ["/rest/transactions", "(transactionUnique in ('cs_abc-1'))"],
  );
});
