import type { Test } from "tap";

import { updateGatewayAccount } from "../../src/db/tables/gateway-accounts.js";
import { listPendingAttempts, type PendingAttemptRow } from "../../src/db/tables/pending-attempts.js";
import { inTransaction } from "../../src/db/transaction.js";
import {
  type ApiAnswer,
  createTestMerchant,
  startTestApp,
  type TestApp,
  testConfig,
  type TestMerchant,
  type TestParts,
} from "./app.js";
import { openPage } from "./browser.js";
import { type TestEngine, until } from "./database.js";
import { type PublicProxy, openPublicProxy } from "./public-proxy.js";
import { anOrder } from "./orders.js";
import { resultsOf, type Session } from "./results.js";

const CARD = { cardNumber: "4929421234600821", cardExpiryMonth: "12", cardExpiryYear: "29", cardCVV: "356" };

/** Another card: the gateway does not take a payment with it for the same again. */
export const OTHER_CARD = { cardNumber: "5573471234567898", cardCVV: "159" };

/** A service whose callbacks can get lost, and a merchant with an open test session. */
export interface Scene {
  readonly app: TestApp;
  readonly proxy: PublicProxy;
  readonly merchant: TestMerchant;
  readonly session: Session & { readonly url: string };
}

export async function openScene(t: Test, engine: TestEngine, parts: TestParts = {}): Promise<Scene> {
  const proxy = await openPublicProxy(t);
  const config = testConfig(engine, { publicUrl: proxy.url, metricsPort: 0 });
  const merchant = await createTestMerchant(config);
  const app = await startTestApp(t, config, parts);
  proxy.forwardTo(app.local);
  const { json } = await app.call("POST", "/v1/checkout/sessions", merchant.testKey, anOrder());
  return { app, proxy, merchant, session: json };
}

/** A shopper with the sandbox's card page before them, who closes the browser once it is paid. */
export async function openCardPage({ session }: Pick<Scene, "session">) {
  const cardPage = await (await openPage(session.url)).forms[0]?.submit();
  return {
    async pay(typed: Record<string, string>): Promise<void> {
      const returnPage = await cardPage?.forms[0]?.submit({ ...CARD, ...typed });
      if (returnPage?.forms[0] === undefined) throw new Error(`No payment was made: ${returnPage?.text}`);
    },
  };
}

/** A shopper pays at the sandbox, and the browser never goes back. */
export async function payAndLeave(scene: Scene, typed: Record<string, string> = {}): Promise<void> {
  await (await openCardPage(scene)).pay(typed);
}

/** Moves the merchant's test clock. */
export async function advance({ app, merchant }: Scene, seconds: number): Promise<ApiAnswer> {
  return await app.call("POST", "/v1/test_helpers/clock/advance", merchant.testKey, { seconds });
}

export async function statusOf({ app, merchant, session }: Scene): Promise<string> {
  const { json } = await app.call("GET", `/v1/checkout/sessions/${session.id}`, merchant.testKey);
  return String(json.status);
}

/** The outcome and the way of each result of the session, the oldest first. */
export async function waysOf({ app, session }: Scene): Promise<string[]> {
  return (await resultsOf(app, session)).map(({ outcome, via }) => `${outcome} by ${via}`);
}

/** The operator takes the token of the merchant's transaction search away. */
export async function takeTokenAway({ app, merchant }: Scene): Promise<void> {
  const scope = { merchantId: merchant.id, livemode: false };
  await inTransaction(app.db, "READ COMMITTED", (tx) =>
    updateGatewayAccount(tx, scope, { restTokenSealed: null }),
  );
}

/** What is pending of the session, as it is stored. */
export async function pendingOf({ app, session }: Scene): Promise<PendingAttemptRow[]> {
  return await listPendingAttempts(app.db.manager, session.id);
}

/** Waits until the session's pending attempts were asked about so often. */
export async function untilAsked(scene: Scene, times: number): Promise<void> {
  await until(`asked ${times} times`, async () =>
    (await pendingOf(scene)).every(({ asked }) => asked >= times),
  );
}

/** What became of a transaction in progress at the sandbox meanwhile. */
export async function endAtGateway({ app }: Pick<Scene, "app">, end: "approved" | "declined"): Promise<void> {
  const [row] = await app.db.manager.query(
    "SELECT id, amount, result FROM sandbox_transaction WHERE response_code = 65536",
  );
  const paid = end === "approved";
  const changes: Record<string, string> = {
    responseCode: paid ? "0" : "5",
    responseStatus: paid ? "0" : "1",
    state: paid ? "captured" : "declined",
    amountReceived: paid ? String(row.amount) : "0",
  };
  const result = (JSON.parse(row.result) as [string, string][]).map(([name, value]) => [
    name,
    changes[name] ?? value,
  ]);
  await inTransaction(app.db, "READ COMMITTED", (tx) =>
    tx.query(
      "UPDATE sandbox_transaction SET response_code = ?, response_status = ?, state = ?, amount_received = ?, result = ? WHERE id = ?",
      [
        Number(changes["responseCode"]),
        Number(changes["responseStatus"]),
        changes["state"],
        Number(changes["amountReceived"]),
        JSON.stringify(result),
        row.id,
      ],
    ),
  );
}

/** A number of `/metrics`, by the beginning of its line. */
export async function metric({ app }: Pick<Scene, "app">, name: string): Promise<number> {
  const before = metricsRead.get(app);
  // The service writes the text once for all that ask within a moment: what was read before says nothing of now.
  const text = await until("the metrics are written anew", async () => {
    const now = await (await fetch(app.urls.metrics ?? "")).text();
    return now === before ? "" : now;
  });
  metricsRead.set(app, text);
  const line = text.split("\n").find((each) => each.startsWith(`${name} `));
  if (line === undefined) throw new Error(`No metric ${name}.`);
  return Number(line.slice(name.length));
}

/** The text that was read last of each service. */
const metricsRead = new WeakMap<Scene["app"], string>();
