import type { Test } from "tap";

import type { Config } from "../../src/start/config.js";
import {
  type ApiAnswer,
  createTestMerchant,
  startTestApp,
  type TestApp,
  testConfig,
  type TestMerchant,
  type TestParts,
} from "./app.js";
import type { TestEngine } from "./database.js";
import { type Message, paidMessage, signedBody } from "./gateway.js";
import { anOrder } from "./orders.js";
import { callback, type Session } from "./results.js";
import { type GatewayReply, type ScriptedGateway, startGateway } from "./scripted-gateway.js";

/** What a gateway with books of its own says otherwise than it should; undefined takes a field out. */
export type Oddity = Record<string, string | undefined>;

/** A live payment of 2999, as the gateway and its merchant know it. */
export interface LivePaid {
  readonly payment: string;
  readonly message: Message;
  /** The gateway's books: what stays of the sale before settlement, and what was refunded after it. */
  readonly sale: { state: string; kept: number; refunded: number };
}

/** A service at a gateway that keeps books, and answers as it is told to. */
export interface LedgerStory {
  readonly app: TestApp;
  readonly config: Config;
  readonly mine: TestMerchant;
  readonly gateway: ScriptedGateway;
  readonly clock: { ahead: number };
  /** What the next requests that move money are answered with, by action; and what of that really happens. */
  readonly odd: { answer: Oddity; moves: boolean; lost?: boolean };
  /** `approved`: its payment is only authorized. */
  pay(state: "approved" | "captured" | "accepted"): Promise<LivePaid>;
  refund(paid: LivePaid, amount: number): Promise<ApiAnswer["json"]>;
  read(path: string): Promise<ApiAnswer["json"]>;
  /** The gateway posts this of the refund. */
  post(paid: LivePaid, refund: string, changes: Oddity): Promise<number>;
  /** Actions of the requests about the payment that move money. */
  sent(paid: LivePaid): string[];
  held(query?: string): Promise<ApiAnswer["json"][]>;
  resolve(id: string, resolution: string): Promise<ApiAnswer>;
}

/** Opens it with no payment yet. */
export async function openLedger(t: Test, engine: TestEngine, parts: TestParts = {}): Promise<LedgerStory> {
  const gateway = await startGateway(t);
  const config = testConfig(engine, { cardstreamUrl: gateway.url, metricsPort: 0 });
  const mine = await createTestMerchant(config, "Mine");
  const clock = { ahead: 0, now: () => Date.now() + clock.ahead };
  const app = await startTestApp(t, config, { clock, ...parts });
  const books = new Map<string, LivePaid>();
  const odd = { answer: {} as Oddity, moves: true };
  gateway.answer(({ fields }) => answer(mine, books.get(fields["xref"] ?? ""), fields, odd));
  const read = async (path: string) => (await app.call("GET", path, mine.liveKey)).json;
  return {
    app,
    config,
    mine,
    gateway,
    clock,
    odd,
    read,
    async pay(state) {
      const isAuthorized = state === "approved";
      const order = anOrder(isAuthorized ? { payment_intent_data: { capture_method: "manual" } } : {});
      const { json } = await app.call("POST", "/v1/checkout/sessions", mine.liveKey, order);
      const said = isAuthorized ? { state } : {};
      const message = paidMessage(json as Session, mine.live.gatewayMerchantId, said);
      await callback(app, signedBody(message, mine.live.secret));
      const { payment_intent: payment } = await read(`/v1/checkout/sessions/${json.id}`);
      const paid = { payment, message, sale: { state, kept: 2999, refunded: 0 } };
      books.set(message["xref"] ?? "", paid);
      return paid;
    },
    async refund({ payment }, amount) {
      const order = { payment_intent: payment, amount };
      return (await app.call("POST", "/v1/refunds", mine.liveKey, order)).json;
    },
    async post(paid, refund, changes) {
      const made = { ...refundMessage(paid, refund, "1000"), ...changes };
      return (await callback(app, signedBody(without(made), mine.live.secret))).status;
    },
    sent({ message }) {
      const own = gateway.requests.filter(({ fields }) => fields["xref"] === message["xref"]);
      return own.map(({ fields }) => fields["action"] ?? "").filter((action) => action !== "QUERY");
    },
    held: async (query = "limit=100") => (await read(`/v1/held_payments?${query}`))["data"],
    async resolve(id, resolution) {
      const body = { resolution, note: "seen at the gateway" };
      return await app.call("POST", `/v1/held_payments/${id}/resolve`, mine.liveKey, body);
    },
  };
}

function answer(
  mine: TestMerchant,
  paid: LivePaid | undefined,
  fields: Readonly<Record<string, string>>,
  odd: LedgerStory["odd"],
): GatewayReply {
  if (paid === undefined) return "hang up";
  const action = fields["action"] ?? "";
  if (action === "QUERY") return signed(mine, saleMessage(paid, "QUERY:SALE"));
  if (odd.moves) move(paid.sale, action, Number(fields["amount"]));
  if (odd.lost === true) return "hang up";
  const own =
    action === "REFUND_SALE"
      ? refundMessage(paid, fields["transactionUnique"] ?? "", fields["amount"] ?? "")
      : saleMessage(paid, `${action}:SALE`);
  return signed(mine, { ...own, ...odd.answer });
}

function move(sale: LivePaid["sale"], action: string, amount: number): void {
  if (action === "REFUND_SALE") sale.refunded += amount;
  else sale.kept = action === "CANCEL" ? 0 : amount;
  if (action === "CANCEL") sale.state = "canceled";
  if (action === "CAPTURE") sale.state = "captured";
}

function saleMessage({ message, sale }: LivePaid, action: string): Oddity {
  const settled = sale.state === "accepted" ? { amountRefunded: String(sale.refunded) } : {};
  return { ...message, action, state: sale.state, amountReceived: String(sale.kept), ...settled };
}

/** As a refund that was made; each has a transaction of its own. */
function refundMessage({ message }: LivePaid, id: string, amount: string): Oddity {
  const transactionID = `7${message["transactionID"]}`;
  const named = { action: "REFUND_SALE", transactionUnique: id, orderRef: id };
  const sums = { amount, amountReceived: amount, state: "captured" };
  return { ...message, ...named, transactionID, xref: `REFUND${transactionID}`, ...sums };
}

function signed({ live }: TestMerchant, message: Oddity): GatewayReply {
  return { body: signedBody(without(message), live.secret) };
}

function without(message: Oddity): Message {
  return Object.fromEntries(Object.entries(message).filter(([, value]) => value !== undefined)) as Message;
}
