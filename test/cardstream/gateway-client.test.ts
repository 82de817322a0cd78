import t from "tap";

import {
  createDirectClient,
  type DirectAccount,
  callGateway,
  callUntilAnswered,
} from "../../src/cardstream/gateway-client.js";
import { currency } from "../support/currency.js";
import { signedBody, signedByteBody } from "../support/gateway.js";
import { type GatewayReply, type ScriptedGateway, startGateway } from "../support/scripted-gateway.js";

const SECRET = "a secret of ours";
const XREF = "26112215WH25PT42SH69VRP";

const client = createDirectClient({ queryTimeoutMs: 5000, queryPausesMs: [1], sendTimeoutMs: 5000 });

const accountAt = ({ url }: ScriptedGateway): DirectAccount => ({
  gatewayUrl: `${url}/`,
  merchantID: "100856",
  secret: SECRET,
  verifyingSecrets: [SECRET, "the secret before"],
});

const SALE = {
  xref: XREF,
  amount: 2999,
  currency: currency("gbp"),
  countryCode: "GB",
  transactionUnique: "pi_1-1",
  orderRef: "pi_1",
  callbackUrl: "https://pay.example/callbacks/cardstream",
  offSession: true,
  threeDSRedirectUrl: "https://pay.example/pay/pi_1/challenge",
};

const ANSWER = {
  merchantID: "100856",
  xref: XREF,
  responseCode: "0",
  responseStatus: "0",
  state: "captured",
};

const signed = (changes: Record<string, string> = {}, secret = SECRET): GatewayReply => ({
  body: signedBody({ ...ANSWER, ...changes }, secret),
});

t.test("an answer that the account did not sign is not believed", async (t) => {
  const gateway = await startGateway(t);
  const replies: GatewayReply[] = [
    signed({}, "nobody's secret"),
    signed({ merchantID: "100857" }),
    { body: new URLSearchParams(ANSWER).toString() },
    { body: signedBody(ANSWER, SECRET).replace("captured", "canceled") },
    { body: signedBody({ merchantID: "100856", xref: XREF }, SECRET) },
    { body: "<h1>Welcome</h1>" },
    { body: "a=%FF" },
    { body: "" },
  ];
  for (const reply of replies) {
    gateway.answer(() => reply);
    t.same(await client.query(accountAt(gateway), XREF), { kind: "unverifiable" });
  }
  t.equal(gateway.requests.length, replies.length, "asking again would bring the same");
});

t.test("what moves money is sent once, whatever comes back", async (t) => {
  const gateway = await startGateway(t);
  const account = accountAt(gateway);
  const refund = { xref: XREF, amount: 2999, transactionUnique: "gr_1", callbackUrl: undefined };
  for (const reply of ["hang up", { status: 500, body: "" }] as const) {
    gateway.answer(() => reply);
    t.match(await client.cancel(account, XREF), { kind: "no answer" });
    t.match(await client.capture(account, XREF, 1999), { kind: "no answer" });
    t.match(await client.refund(account, refund), { kind: "no answer" });
    t.match(await client.sale(account, SALE), { kind: "no answer" });
  }
  t.equal(gateway.requests.length, 8);
  t.match(await client.query(account, XREF), { kind: "no answer" });
  t.equal(gateway.requests.length, 10, "a question is asked again");
});

t.test("silence ends with its time", async (t) => {
  const gateway = await startGateway(t);
  gateway.answer(() => "silence");
  const hasty = createDirectClient({ queryTimeoutMs: 300, queryPausesMs: [1], sendTimeoutMs: 300 });
  const account = accountAt(gateway);
  t.same(await hasty.query(account, XREF), { kind: "no answer", why: "timeout" });
  t.same(await hasty.cancel(account, XREF), { kind: "no answer", why: "timeout" });
  t.equal(gateway.requests.length, 3);
});

t.test("requests are signed in full and carry nothing else", async (t) => {
  const gateway = await startGateway(t);
  gateway.answer(() => signed());
  const account = accountAt(gateway);
  await client.query(account, XREF);
  await client.cancel(account, XREF);
  await client.capture(account, XREF, 1999);
  const refund = { xref: XREF, amount: 2999, transactionUnique: "gr_1" };
  await client.refund(account, { ...refund, callbackUrl: undefined });
  await client.refund(account, { ...refund, callbackUrl: "https://pay.example/callback" });
  const own = { merchantID: "100856", xref: XREF };
  const refunded = {
    ...own,
    action: "REFUND_SALE",
    type: "1",
    amount: "2999",
    transactionUnique: "gr_1",
    orderRef: "gr_1",
  };
  const expected = [
    { ...own, action: "QUERY" },
    { ...own, action: "CANCEL" },
    { ...own, action: "CAPTURE", amount: "1999" },
    refunded,
    { ...refunded, callbackURL: "https://pay.example/callback" },
  ];
  t.equal(gateway.requests.length, expected.length);
  for (const [index, { fields, method, url }] of gateway.requests.entries()) {
    t.same([method, url], ["POST", "/direct/"]);
    t.same(fields, Object.fromEntries(new URLSearchParams(signedBody(expected[index] ?? {}, SECRET))));
  }
});

t.test("a signed answer is read, and kept byte for byte", async (t) => {
  const gateway = await startGateway(t);
  for (const secret of [SECRET, "the secret before"]) {
    const reply = { body: signedBody({ ...ANSWER, amountRefunded: "2999" }, secret) };
    gateway.answer(() => reply);
    const answer = await client.query(accountAt(gateway), XREF);
    const result = { xref: XREF, state: "captured", responseCode: 0, amountRefunded: 2999 };
    t.match(answer, { kind: "answered", result });
    t.equal(answer.kind === "answered" && answer.body.toString(), reply.body);
  }
});

t.test("an answer whose bytes are not UTF-8 is read to every request, and kept byte for byte", async (t) => {
  const gateway = await startGateway(t);
  const account = accountAt(gateway);
  const refund = { xref: XREF, amount: 2999, transactionUnique: "gr_1", callbackUrl: undefined };
  const body = signedByteBody(ANSWER, { customerName: "Jos\xE9 Garc\xC3" }, SECRET, ["customerName"]);
  gateway.answer(() => ({ body }));
  for (const answer of [
    await client.query(account, XREF),
    await client.cancel(account, XREF),
    await client.capture(account, XREF, 1999),
    await client.refund(account, refund),
    await client.sale(account, SALE),
  ]) {
    t.match(answer, { kind: "answered", result: { state: "captured" } });
    t.ok(answer.kind === "answered" && answer.body.equals(body));
  }
});

const get = (url: string) => ({ url, method: "GET", headers: {} }) as const;

t.test("whatever is no whole answer with status 200 leaves the outcome open", async (t) => {
  const gateway = await startGateway(t);
  for (const status of [201, 302, 400, 404, 500, 503]) {
    gateway.answer(() => ({ status, body: "responseCode=0", location: gateway.url }));
    t.same(await callGateway(get(gateway.url), 5000), { kind: "no answer", why: `status ${status}` });
  }
  t.equal(gateway.requests.length, 6, "no redirect was followed");
  gateway.answer(() => "hang up");
  t.same(await callGateway(get(gateway.url), 5000), { kind: "no answer", why: "unreachable" });
  gateway.answer(() => "silence");
  t.same(await callGateway(get(gateway.url), 50), { kind: "no answer", why: "timeout" });
  gateway.answer(() => ({ body: "a".repeat(1024 * 1024 + 1) }));
  t.same(await callGateway(get(gateway.url), 5000), { kind: "no answer", why: "too large" });
  await gateway.close();
  t.same(await callGateway(get(gateway.url), 5000), { kind: "no answer", why: "unreachable" });
});

t.test("an answer of the largest size is read whole, and connections are used again", async (t) => {
  const gateway = await startGateway(t);
  gateway.answer(() => ({ body: "é".repeat(512 * 1024) }));
  for (let time = 1; time <= 10; time++) {
    const answer = await callGateway(get(gateway.url), 5000);
    t.equal(answer.kind === "answered" && answer.body.length, 1024 * 1024);
  }
  t.ok(gateway.connections() < 5, `${gateway.connections()} connections`);
});

t.test("a call that only reads is made again until it is answered, or the pauses are used up", async (t) => {
  const gateway = await startGateway(t);
  gateway.answer(() => ({ status: 503, body: "" }));
  t.same(await callUntilAnswered(get(gateway.url), 5000, [1, 1]), { kind: "no answer", why: "status 503" });
  t.equal(gateway.requests.length, 3);
  gateway.answer(() => (gateway.requests.length < 5 ? "hang up" : { body: "yes" }));
  t.match(await callUntilAnswered(get(gateway.url), 5000, [1, 1, 1, 1]), { kind: "answered" });
  t.equal(gateway.requests.length, 5, "no more often than needed");
});
