import type { IncomingMessage, ServerResponse } from "node:http";
import { Writable } from "node:stream";

import type { Test } from "tap";

import { type Field, parseFields } from "../../src/cardstream/fields.js";
import { hostedForm, type HostedOrder } from "../../src/cardstream/hosted-form.js";
import type { Database } from "../../src/db/engine/database.js";
import { migrate } from "../../src/db/migrate.js";
import { sandboxLastUses } from "../../src/sandbox/tables/sandbox-last-uses.js";
import { sandboxPages } from "../../src/sandbox/tables/sandbox-pages.js";
import {
  sandboxTransactions,
  type SandboxTransactionRow,
} from "../../src/sandbox/tables/sandbox-transactions.js";
import { entities, migrations } from "../../src/start/schema.js";
import { currencyByCode } from "../../src/domain/money.js";
import { html } from "../../src/lib/html.js";
import { readBody } from "../../src/lib/http.js";
import { createLog } from "../../src/lib/log.js";
import type { SandboxAccount } from "../../src/sandbox/protocol/context.js";
import { createSandbox } from "../../src/sandbox/sandbox.js";
import { type BrowserForm, type BrowserPage, openPage } from "../support/browser.js";
import type { TestEngine } from "../support/database.js";
import { listen } from "../support/listen.js";
import { copyTables } from "../support/servers/copied-tables.js";

/** An account as the stand's gateway knows it. */
type StandAccount = SandboxAccount & { readonly merchantID: string };

/** The only account that the stand's gateway knows, unless a story brings others. */
export const ACCOUNT = {
  merchantID: "900001",
  secret: "a secret of the stand",
  restToken: "900001.a-token-of-the-stand",
  merchantName: "The Stand & Co",
  countryCode: "GB",
};

/** The card that the documentation uses, with its published security code. */
export const CARD = {
  cardNumber: "4929421234600821",
  cardExpiryMonth: "12",
  cardExpiryYear: "28",
  cardCVV: "356",
};

/** A sandbox gateway over HTTP, and a shop that sends its shoppers there. */
export interface Stand {
  /** Base address of the gateway. */
  readonly url: string;
  readonly shop: Shop;
  /** Set it to be at another time. */
  readonly clock: { time: number };
  readonly database: Database;
  /** Everything that was logged so far. */
  logged(): string;
  /** Sends a shopper off with these fields, as a browser does. */
  enter(fields: readonly Field[]): Promise<BrowserPage>;
  /** The transactions in the gateway's books, oldest first. */
  transactions(): Promise<SandboxTransactionRow[]>;
  /** Closes the gateway, as its process does when it ends. */
  close(): Promise<void>;
  /** Everything in the gateway's books, as text. */
  books(): Promise<string>;
}

/** The merchant's side: takes callbacks and returning browsers, and keeps what they brought. */
interface Shop {
  readonly url: string;
  readonly callbacks: Field[][];
  readonly returns: Field[][];
  /** What a callback is answered with; 0 never answers. */
  callbackStatus: number;
  /** Where a returning browser is sent on to. */
  thanksUrl: string;
  /** Puts a form on a page of the shop, and answers the page's address. */
  pageWith(action: string, fields: readonly Field[]): string;
}

/** 2026-11-22T15:30:00Z. */
const NOW = Date.UTC(2026, 10, 22, 15, 30);

export async function startStand(
  t: Test,
  engine: TestEngine,
  accounts: readonly StandAccount[] = [ACCOUNT],
): Promise<Stand> {
  const lines: string[] = [];
  const log = createLog("trace", linesInto(lines));
  await copyTables({ databaseUrl: engine.place.url, dataDir: engine.place.dataDir });
  const database = await engine.open({ entities, migrations });
  await migrate(database);
  const clock = { time: NOW };
  const sandbox = createSandbox({
    accounts: { secretOf: (id) => Promise.resolve(accounts.find(({ merchantID }) => merchantID === id)) },
    db: database,
    clock: { now: () => clock.time },
    log,
    publicUrl: () => url,
    basePath: "/sandbox",
  });
  t.teardown(() => sandbox.close());
  const url = `${await listen(t, (request, response) => void sandbox.handle(request, response))}/sandbox`;
  const shop = await openShop(t);
  const rows = () => database.manager.find(sandboxTransactions, { order: { createdAt: "ASC", id: "ASC" } });
  return {
    url,
    shop,
    clock,
    database,
    logged: () => lines.join(""),
    async enter(fields) {
      const start = await openPage(shop.pageWith(`${url}/hosted/`, fields));
      return firstForm(start).submit();
    },
    transactions: rows,
    close: () => sandbox.close(),
    async books() {
      const pages = await database.manager.find(sandboxPages);
      const uses = await database.manager.find(sandboxLastUses);
      return JSON.stringify([pages, await rows(), uses]);
    },
  };
}

/** The form that leads on. */
export function firstForm(page: BrowserPage): BrowserForm {
  const form = page.forms[0];
  if (form === undefined) throw new Error(`There is no form on this page: ${page.status} ${page.text}`);
  return form;
}

/** The signed form of an order at the stand's shop. */
export function formOf({ shop }: Stand, order: Partial<HostedOrder> = {}): Field[] {
  const currency = currencyByCode("gbp");
  if (currency === undefined) throw new Error("No pounds.");
  return hostedForm(ACCOUNT, {
    sessionId: "cs_0StandStandStandStandStand00",
    attempt: 1,
    amount: 2999,
    currency,
    items: [{ name: "Tea & <cake>", unitAmount: 2999, quantity: 1 }],
    redirectUrl: `${shop.url}/return`,
    callbackUrl: `${shop.url}/callback`,
    cardOnFile: false,
    asksWho: false,
    ...order,
  });
}

/** Pays on a page of its own and brings the result home; answers what the shop received with the browser. */
export async function payAndReturn(
  stand: Stand,
  fields: readonly Field[],
  typed: Record<string, string>,
): Promise<Field[]> {
  const page = await stand.enter(fields);
  await firstForm(await firstForm(page).submit(typed)).submit();
  return stand.shop.returns.at(-1) ?? [];
}

function linesInto(lines: string[]): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString());
      done();
    },
  });
}

async function openShop(t: Test): Promise<Shop> {
  const pages: string[] = [];
  const shop = {
    url: "",
    callbacks: [] as Field[][],
    returns: [] as Field[][],
    callbackStatus: 200,
    thanksUrl: "https://shop.example/thanks",
    pageWith(action: string, fields: readonly Field[]) {
      const inputs = fields.map(
        ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`,
      );
      pages.push(html`<form method="post" action="${action}">${inputs}<button>Pay</button></form>`.markup);
      return `${shop.url}/pay/${pages.length - 1}`;
    },
  };
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readBody(request, 1_000_000);
    if (request.url === "/callback") {
      shop.callbacks.push(parseFields(body));
      if (shop.callbackStatus > 0) response.writeHead(shop.callbackStatus).end("noted");
    } else if (request.url === "/return") {
      shop.returns.push(parseFields(body));
      response.writeHead(303, { location: shop.thanksUrl }).end();
    } else {
      const page = pages[Number(request.url?.replace("/pay/", ""))];
      response.writeHead(page === undefined ? 404 : 200, { "content-type": "text/html" }).end(page);
    }
  };
  shop.url = await listen(t, (request, response) => void serve(request, response));
  return shop;
}
