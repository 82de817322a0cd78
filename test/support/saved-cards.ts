import type { Test } from "tap";

import {
  sandboxTransactions,
  type SandboxTransactionRow,
} from "../../src/sandbox/tables/sandbox-transactions.js";
import { type CardShop, CUSTOMER, openCardShop } from "./charges.js";
import { openPage, postPage, type BrowserPage } from "./browser.js";
import type { TestEngine } from "./database.js";
import { anOrder } from "./orders.js";

const SESSIONS = "/v1/checkout/sessions";

/** Asks for the cards whose shopper has agreed. */
export const OFFERS = { allow_redisplay_filters: ["always"] };

/** A session, or another object, as its merchant sees it. */
export interface SessionJson {
  readonly id: string;
  readonly url: string;
  readonly payment_intent?: string;
  readonly payment_method?: string;
  readonly [name: string]: unknown;
}

/** A shop of stored cards whose customer has agreed that the card is offered to them. */
export interface SavedCardShop extends CardShop {
  /** A session of that customer whose page offers saved cards, unless `changes` says otherwise. */
  readonly create: (amount?: number, changes?: Record<string, unknown>) => Promise<SessionJson>;
  readonly read: (id: string) => Promise<SessionJson>;
  /** Says whether pages may offer a card. */
  readonly allow: (card: string, allow_redisplay: string) => Promise<SessionJson>;
  /** What the gateway has of charges of saved cards for sessions, the oldest first. */
  readonly charges: () => Promise<SandboxTransactionRow[]>;
  readonly held: () => Promise<SessionJson[]>;
}

export async function openSavedCardShop(t: Test, engine: TestEngine): Promise<SavedCardShop> {
  const shop = await openCardShop(t, engine);
  const allow = async (card: string, allow_redisplay: string) =>
    (await shop.call("POST", `/v1/payment_methods/${card}`, { allow_redisplay })).json;
  await allow(shop.card, "always");
  return {
    ...shop,
    allow,
    async create(amount = 1200, changes = {}) {
      const product_data = { name: "Tea" };
      const line_items = [
        { price_data: { currency: "gbp", unit_amount: amount, product_data }, quantity: 1 },
      ];
      const offers = { customer: CUSTOMER, saved_payment_method_options: OFFERS, line_items };
      const { status, json } = await shop.call("POST", SESSIONS, anOrder({ ...offers, ...changes }));
      if (status !== 200) throw new Error(JSON.stringify(json));
      return json;
    },
    read: async (id) => (await shop.call("GET", `${SESSIONS}/${id}`)).json,
    charges: async () => {
      const rows = await shop.app.db.manager.find(sandboxTransactions, {
        order: { createdAt: "ASC", id: "ASC" },
      });
      return rows.filter(isCharge);
    },
    held: async () => (await shop.call("GET", "/v1/held_payments")).json.data,
  };
}

/** Presses the button of the first saved card. */
export const choose = async (url: string): Promise<BrowserPage | undefined> =>
  await (await openPage(url)).forms[0]?.submit();

/** Posts a choice that the page need not have offered. */
export const postChoice = async (url: string, card: string, attempt = 1): Promise<BrowserPage> =>
  await postPage(`${url}/card`, [
    ["payment_method", card],
    ["attempt", String(attempt)],
  ]);

function isCharge({ transactionUnique, pageId }: SandboxTransactionRow): boolean {
  return transactionUnique.startsWith("cs_") && pageId === null;
}
