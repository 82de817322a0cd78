import { fieldText } from "../cardstream/fields.js";
import { findSandboxPage, type SandboxPageRow } from "../db/sandbox-pages.js";
import { type CardEntry, readCardEntry } from "./card-entry.js";
import { charge } from "./charge.js";
import { deliver } from "./deliver.js";
import { MALFORMED_REQUEST } from "./faults.js";
import { readHostedRequest } from "./hosted-request.js";
import { chosenOutcome, labelOfCode, OUTCOMES, type Outcome } from "./outcomes.js";
import { cardPage, type PageErrors } from "./pages/card-page.js";
import { faultPage, notFoundPage } from "./pages/fault-page.js";
import type { Page } from "./pages/layout.js";
import { pageUrl, type SandboxAccount, type SandboxParts } from "./parts.js";
import { readFields } from "./signed-request.js";

/** A page that was given out, with the account that it was given out for. */
interface OpenPage {
  readonly row: SandboxPageRow;
  readonly account: SandboxAccount;
}

/** Shows a card page again, for a browser that comes back to its address. */
export async function showPage(parts: SandboxParts, pageId: string): Promise<Page> {
  const page = await findPage(parts, pageId);
  return page === undefined ? notFoundPage : cardPageOf(parts, page, {}, "");
}

/**
 * Takes the card, or the wish to cancel, and answers the page that leads back to the merchant.
 *
 * A card that cannot be read gets the card page again, and nothing happens. A page can be paid more than once, as the
 * original's can: only an equal payment with the same card is refused, see `charge`.
 */
export async function payPage(parts: SandboxParts, pageId: string, body: Buffer): Promise<Page> {
  const fields = readFields(body);
  if (fields === undefined) return faultPage(MALFORMED_REQUEST);
  const page = await findPage(parts, pageId);
  if (page === undefined) return notFoundPage;
  const choice = fieldText(fields, "outcome");
  const outcome = chosenOutcome(choice, readHostedRequest(page.row.fields).amount);
  if (outcome === undefined) return cardPageOf(parts, page, { outcome: UNKNOWN_OUTCOME }, "");
  if (outcome === OUTCOMES.cancel) return settle(parts, page, outcome, undefined);
  const read = readCardEntry(fields, parts.clock.now());
  if ("errors" in read) return cardPageOf(parts, page, read.errors, choice);
  return settle(parts, page, outcome, read.entry);
}

const UNKNOWN_OUTCOME = "Choose one of the outcomes in the list.";

/** Undefined where there is no such page, or its account is gone. */
async function findPage({ db, accounts }: SandboxParts, pageId: string): Promise<OpenPage | undefined> {
  const row = await findSandboxPage(db.manager, pageId);
  if (row === undefined) return undefined;
  const account = await accounts.secretOf(row.gatewayMerchantId);
  return account === undefined ? undefined : { row, account };
}

function cardPageOf(
  parts: SandboxParts,
  { row, account }: OpenPage,
  errors: PageErrors,
  choice: string,
): Page {
  return cardPage({
    request: readHostedRequest(row.fields),
    merchantName: account.merchantName,
    action: pageUrl(parts, row.id),
    errors,
    choice,
  });
}

async function settle(
  parts: SandboxParts,
  { row, account }: OpenPage,
  outcome: Outcome,
  entry: CardEntry | undefined,
): Promise<Page> {
  const transaction = await charge(parts, { page: row, outcome, entry, secret: account.secret });
  const { responseCode, state } = transaction;
  parts.log.info({ transactionID: transaction.id, responseCode, state }, "sandbox: a transaction was made");
  const { redirectURL, callbackURL } = readHostedRequest(row.fields);
  return deliver(parts, account, {
    result: transaction.result,
    redirectURL,
    callbackURL,
    label: labelOfCode(responseCode),
    transactionID: transaction.id,
  });
}
