import type { ApiAnswer } from "./app.js";
import { openPage } from "./browser.js";
import { type CardShop, INTENTS } from "./charges.js";
import { aLineItem, anOrder } from "./orders.js";

const CARD = { cardNumber: "4929421234600821", cardExpiryMonth: "12", cardExpiryYear: "29", cardCVV: "356" };

/** What a story does with authorized payments of a shop. */
export interface AuthorizedShop {
  /** Authorizes the stored card; answers the payment. */
  readonly authorize: (changes?: Record<string, unknown>, key?: string) => Promise<ApiAnswer["json"]>;
  /** Has a shopper authorize a session's payment, of GBP 20.00; answers the id of the session. */
  readonly authorizeSession: (order?: Record<string, unknown>) => Promise<string>;
  readonly capture: (id: string, amount?: number, key?: string) => Promise<ApiAnswer>;
  readonly cancel: (id: string, key?: string) => Promise<ApiAnswer>;
  readonly read: (id: string) => Promise<ApiAnswer["json"]>;
  readonly readSession: (id: string) => Promise<ApiAnswer["json"]>;
  /** The types of a payment's events, in order. */
  readonly events: (id: string) => Promise<string[]>;
  /** How often the gateway was asked for this action, whatever it answered. */
  readonly asked: (action: string) => number;
}

/** What can be done with authorized payments of this shop. */
export function authorizedShop(shop: CardShop): AuthorizedShop {
  const { call } = shop;
  return {
    authorize: async (changes = {}, key) =>
      (await shop.charge({ capture_method: "manual", ...changes }, key)).json,
    async authorizeSession(order = {}) {
      const items = { line_items: [aLineItem({ unit_amount: 2000 })] };
      const data = { payment_intent_data: { capture_method: "manual" } };
      const { json } = await call("POST", "/v1/checkout/sessions", anOrder({ ...items, ...data, ...order }));
      const cardPage = await (await openPage(json.url)).forms[0]?.submit();
      await cardPage?.forms[0]?.submit(CARD);
      return json.id;
    },
    capture: (id, amount, key) =>
      call(
        "POST",
        `${INTENTS}/${id}/capture`,
        amount === undefined ? {} : { amount_to_capture: amount },
        key,
      ),
    cancel: (id, key) => call("POST", `${INTENTS}/${id}/cancel`, {}, key),
    read: async (id) => (await call("GET", `${INTENTS}/${id}`)).json,
    readSession: async (id) => (await call("GET", `/v1/checkout/sessions/${id}`)).json,
    async events(id) {
      const sql = "SELECT type FROM event WHERE object_id = ? ORDER BY id";
      const stored: { type: string }[] = await shop.app.db.manager.query(sql, [id]);
      return stored.map(({ type }) => type.replace("payment_intent.", ""));
    },
    asked: (action) =>
      shop.app.logged
        .map((line) => JSON.parse(line) as { msg: string; action?: string })
        .filter(({ msg, action: said }) => msg === ANSWERED && said?.split(":")[0] === action).length,
  };
}

const ANSWERED = "sandbox: a direct request was answered";
