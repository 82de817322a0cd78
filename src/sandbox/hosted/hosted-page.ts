import { fieldText } from "../../cardstream/fields.js";
import { signed } from "../../cardstream/signed-message.js";
import { findSandboxPage, type SandboxPageRow } from "../tables/sandbox-pages.js";
import { type CardEntry, readCardEntry } from "../payments/card-entry.js";
import { charge, type Order } from "../payments/charge.js";
import { withCustomerEntry } from "../payments/customer-entry.js";
import { askedOnPage, chosenOutcome, expectedOutcome } from "../payments/expected-outcome.js";
import { waits } from "../direct/authenticate.js";
import { toAcs } from "./acs.js";
import { deliver } from "./deliver-result.js";
import { MALFORMED_REQUEST, ORDER_EXHAUSTED } from "../protocol/faults.js";
import { forgedResult } from "../faults/forge.js";
import { readHostedRequest } from "../payments/hosted-request.js";
import { faultsOf } from "../faults/merchant-faults.js";
import { labelOfCode, NOT_AUTHENTICATED, OUTCOMES } from "../payments/outcomes.js";
import { maskOf } from "../payments/result-fields.js";
import { authenticationOf, isAcceptable } from "../payments/three-d-secure.js";
import { cardPage, type Choices, type PageErrors } from "../pages/card-page.js";
import { faultPage, notFoundPage } from "../pages/fault-page.js";
import type { SandboxPage } from "../pages/layout.js";
import { pageUrl, type SandboxAccount, type SandboxContext } from "../protocol/context.js";
import { readPlannedFaults } from "../payments/planned-faults.js";
import { parseRequest } from "../protocol/signed-request.js";

/** An open page, with its account. */
interface OpenPage {
  readonly row: SandboxPageRow;
  readonly account: SandboxAccount;
}

/** Shows a card page again, for a browser that returns to its address. */
export async function showPage(parts: SandboxContext, pageId: string): Promise<SandboxPage> {
  const page = await findPage(parts, pageId);
  return page === undefined ? notFoundPage : await cardPageOf(parts, page, {}, { outcome: "", fault: "" });
}

/**
 * Takes the card, or the shopper's cancellation, and returns the page that leads back to the merchant.
 *
 * A fault that the shopper chooses takes the place of the merchant's faults, but not of the outcome that the merchant
 * has planned: that is another choice.
 *
 * An unreadable card gets the card page again, and nothing is charged. A page can be paid more than once, as
 * in the original: only an equal payment with an equal card is refused, see `charge`.
 */
export async function payPage(parts: SandboxContext, pageId: string, body: Buffer): Promise<SandboxPage> {
  const fields = parseRequest(body);
  if (fields === undefined) return faultPage(MALFORMED_REQUEST);
  const page = await findPage(parts, pageId);
  if (page === undefined) return notFoundPage;
  const choices = { outcome: fieldText(fields, "outcome"), fault: fieldText(fields, "fault") };
  const again = (errors: PageErrors, kept: Partial<Choices> = {}): Promise<SandboxPage> =>
    cardPageOf(parts, page, errors, { ...choices, ...kept });
  const planned = await faultsOf(parts, page.row.gatewayMerchantId);
  const faults = choices.fault === "" ? planned : readPlannedFaults(choices.fault);
  if (faults === undefined) return again({ fault: UNKNOWN_CHOICE }, { fault: "" });
  const request = readHostedRequest(withCustomerEntry(page.row.fields, fields));
  const chosen = chosenOutcome(choices.outcome, askedOnPage(request, planned));
  if (chosen === undefined) return again({ outcome: UNKNOWN_CHOICE }, { outcome: "" });
  if (chosen === OUTCOMES.cancel) {
    return settle(parts, page, { outcome: chosen, faults, entry: undefined, posted: [] });
  }
  const read = readCardEntry(fields, parts.clock.now());
  if ("errors" in read) return again(read.errors);
  const { entry } = read;
  const outcome = chosenOutcome(choices.outcome, askedOnPage(request, planned, entry)) ?? chosen;
  const order = { outcome, faults, entry, posted: fields };
  return settle(parts, page, choices.outcome === "" ? asCardDecides(order, entry) : order);
}

type Wanted = Pick<Order, "outcome" | "faults" | "entry" | "posted" | "authentication">;

/** The month in which the card of the vendor's samples expires decides how its holder is authenticated. */
function asCardDecides(order: Wanted, { card, expiryMonth }: CardEntry): Wanted {
  const authentication = authenticationOf(maskOf(card.number), expiryMonth);
  if (authentication === undefined) return order;
  const goesOn = authentication === "C" || isAcceptable(authentication);
  return { ...order, authentication, outcome: goesOn ? order.outcome : NOT_AUTHENTICATED };
}

const UNKNOWN_CHOICE = "Choose one from the list.";

/** Undefined if the page does not exist, or its account is gone. */
async function findPage({ db, accounts }: SandboxContext, pageId: string): Promise<OpenPage | undefined> {
  const row = await findSandboxPage(db.manager, pageId);
  if (row === undefined) return undefined;
  const account = await accounts.secretOf(row.gatewayMerchantId);
  return account === undefined ? undefined : { row, account };
}

async function cardPageOf(
  parts: SandboxContext,
  { row, account }: OpenPage,
  errors: PageErrors,
  choices: Choices,
): Promise<SandboxPage> {
  const request = readHostedRequest(row.fields);
  return cardPage({
    request,
    expected: expectedOutcome(askedOnPage(request, await faultsOf(parts, row.gatewayMerchantId))),
    merchantName: account.merchantName,
    action: pageUrl(parts, row.id),
    errors,
    choices,
  });
}

/** A cancelled payment is never forged: there is nothing to gain. */
async function settle(
  parts: SandboxContext,
  { row, account }: OpenPage,
  wanted: Wanted,
): Promise<SandboxPage> {
  const order = { ...wanted, page: row, secret: account.secret };
  const forged = order.entry && forgedResult(order, order.faults, parts.clock.now());
  const { redirectURL, callbackURL } = readHostedRequest(row.fields);
  const way = { redirectURL, callbackURL, merchantName: account.merchantName, faults: order.faults };
  if (forged !== undefined) {
    return deliver(parts, { ...way, fields: forged, label: FORGED_LABEL, transactionID: undefined });
  }
  const charged = await charge(parts, order);
  if (charged === undefined) return faultPage(ORDER_EXHAUSTED, 429);
  const { id, responseCode, state, result } = charged;
  parts.log.info({ transactionID: id, responseCode, state }, "sandbox: a transaction was made");
  if (waits(charged)) return toAcs(parts, charged);
  const fields = signed(result, account.secret);
  return deliver(parts, { ...way, fields, label: labelOfCode(responseCode), transactionID: id });
}

const FORGED_LABEL = "Nothing was paid";
