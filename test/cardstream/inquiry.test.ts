import t, { type Test } from "tap";

import { createDirectClient } from "../../src/cardstream/gateway-client.js";
import { createInquiry } from "../../src/cardstream/inquiry.js";
import { createTransactionSearch } from "../../src/cardstream/transaction-search.js";
import { signedBody } from "../support/gateway.js";
import { type GatewayReply, type ScriptedGateway, startGateway } from "../support/scripted-gateway.js";

const SECRET = "a secret of ours";
const REFERENCE = "cs_abc-1";

const inquiry = createInquiry(
  createDirectClient({ queryTimeoutMs: 5000, queryPausesMs: [], sendTimeoutMs: 5000 }),
  createTransactionSearch({ timeoutMs: 5000, pausesMs: [] }),
);

const question = {
  action: "SALE" as const,
  transactionUnique: REFERENCE,
  openXrefs: [] as string[],
  knownXrefs: [] as string[],
};

const accountAt = ({ url }: ScriptedGateway, restToken: string | undefined) => ({
  gatewayUrl: url,
  merchantID: "100856",
  secret: SECRET,
  verifyingSecrets: [SECRET],
  restToken,
});

/** A gateway that has these sales, each answered with the changes that stand with it. */
async function gatewayWith(
  t: Test,
  sales: Record<string, Record<string, string> | undefined>,
): Promise<ScriptedGateway> {
  const gateway = await startGateway(t);
  gateway.answer(({ method, fields }): GatewayReply => {
    if (method === "GET") {
      const rows = Object.keys(sales).map((xref) => ({ action: "SALE", transactionUnique: REFERENCE, xref }));
      return { body: JSON.stringify(rows) };
    }
    const xref = fields["xref"] ?? "";
    const changes = sales[xref];
    if (changes === undefined) return "hang up";
    const answer = {
      merchantID: "100856",
      action: "QUERY:SALE",
      transactionUnique: REFERENCE,
      transactionID: xref,
      xref,
      responseCode: "0",
    };
    return { body: signedBody({ ...answer, ...changes }, SECRET) };
  });
  return gateway;
}

t.test("a sale that the gateway says nothing believable about is left unanswered", async (t) => {
  const gateway = await gatewayWith(t, {
    A: undefined,
    B: { transactionUnique: "cs_other-1" },
    C: { xref: "D" },
    D: { merchantID: "1" },
  });
  for (const [xref, why] of Object.entries({
    A: "unreachable",
    B: "code 0",
    C: "code 0",
    D: "unverifiable",
  })) {
    const asked = { ...question, openXrefs: [xref] };
    t.match(await inquiry.ask(accountAt(gateway, undefined), asked), {
      reported: [],
      searched: false,
      unansweredSale: why,
      unansweredSearch: undefined,
    });
  }
});

t.test("a search that fails is told apart from one that finds nothing", async (t) => {
  const gateway = await startGateway(t);
  gateway.answer(() => ({ status: 500, body: "" }));
  t.match(await inquiry.ask(accountAt(gateway, "token"), question), {
    searched: false,
    unansweredSearch: "status 500",
  });
  gateway.answer(() => ({ body: "<html>" }));
  t.match(await inquiry.ask(accountAt(gateway, "token"), question), {
    searched: false,
    unansweredSearch: "unreadable",
  });
  gateway.answer(() => ({ body: "[]" }));
  t.same(await inquiry.ask(accountAt(gateway, "token"), question), {
    reported: [],
    searched: true,
    unansweredSale: undefined,
    unansweredSearch: undefined,
  });
});

t.test("known xrefs are asked first, then those that only the search knows", async (t) => {
  const gateway = await gatewayWith(t, { A: {}, B: { responseCode: "5" }, C: {} });
  const asked = { ...question, openXrefs: ["A"], knownXrefs: ["C"] };
  const { reported, searched } = await inquiry.ask(accountAt(gateway, "token"), asked);
  t.match(
    reported.map(({ way, result }) => [way, result.xref, result.responseCode]),
    [
      ["query", "A", 0],
      ["search", "B", 5],
    ],
  );
  t.ok(searched);
  t.equal(gateway.requests.length, 3, "nobody asks about what is known for good");
});

t.test("without a token and without an xref nobody is asked", async (t) => {
  const gateway = await gatewayWith(t, { A: {} });
  t.match(await inquiry.ask(accountAt(gateway, undefined), question), { reported: [], searched: false });
  t.equal(gateway.requests.length, 0);
});
