import { fieldText } from "../../cardstream/fields.js";
import { STATE } from "../../domain/gateway-codes.js";
import { findSandboxTransaction, type SandboxTransactionRow } from "../tables/sandbox-transactions.js";
import { readHostedRequest } from "../payments/hosted-request.js";
import { displayedAmount } from "../payments/result-fields.js";
import {
  METHOD_DATA,
  referenceOf,
  requestMessage,
  responseMessage,
  type Round,
  roundOfMessage,
} from "../protocol/acs-messages.js";
import { carryOn } from "../direct/authenticate.js";
import { faultsOf } from "../faults/merchant-faults.js";
import { asLapsed } from "../payments/current-result.js";
import { labelOfCode } from "../payments/outcomes.js";
import { NO_FAULTS, readPlannedFaults } from "../payments/planned-faults.js";
import { acsPage, methodPage, toAcsPage } from "../pages/acs-page.js";
import { faultPage, notFoundPage } from "../pages/fault-page.js";
import type { SandboxPage } from "../pages/layout.js";
import { redirectPage } from "../pages/redirect-page.js";
import { pageUrl, type SandboxContext } from "../protocol/context.js";
import { parseRequest } from "../protocol/signed-request.js";
import { signed } from "../../cardstream/signed-message.js";
import { deliver } from "./deliver-result.js";

/** `POST <base>/acs/`: the shopper's browser brings the challenge to the page of the card's issuer. */
export async function openAcs(parts: SandboxContext, body: Buffer): Promise<SandboxPage> {
  const found = await findRound(parts, body, "creq");
  if (found === undefined) return notFoundPage;
  const { row, round } = found;
  const account = await parts.accounts.secretOf(row.gatewayMerchantId);
  const isOpen = asLapsed(row, parts.clock.now()).state === STATE.RECEIVED;
  if (account === undefined || !isOpen) return notFoundPage;
  const { amount, currency } = readHostedRequest(row.result);
  return acsPage({
    merchantName: account.merchantName,
    amount: displayedAmount(amount, currency),
    action: backUrl(parts, row),
    authenticated: [["cres", responseMessage(round, "Y", account.secret)]],
    failed: [["cres", responseMessage(round, "N", account.secret)]],
  });
}

/** `POST <base>/acs/method`: the issuer looks at the browser, in a frame that nobody sees. */
export async function openAcsMethod(parts: SandboxContext, body: Buffer): Promise<SandboxPage> {
  const found = await findRound(parts, body, METHOD_DATA);
  if (found === undefined) return notFoundPage;
  const carried = fieldText(parseRequest(body) ?? [], METHOD_DATA);
  return methodPage(fieldText(found.row.result, "threeDSRedirectURL"), [[METHOD_DATA, carried]]);
}

/** Where the issuer's page leads back to: to the merchant's server, or the hosted page, whichever began the payment. */
function backUrl(parts: SandboxContext, { pageId, result }: SandboxTransactionRow): string {
  return pageId === null ? fieldText(result, "threeDSRedirectURL") : `${pageUrl(parts, pageId)}/challenge`;
}

/** The page that leads the shopper of a hosted page to the page of the card's issuer. */
export function toAcs({ publicUrl }: SandboxContext, { id }: SandboxTransactionRow): SandboxPage {
  return toAcsPage(`${publicUrl()}/acs/`, [["creq", requestMessage({ transactionID: id, round: 1 })]]);
}

/**
 * `POST <base>/hosted/<page>/challenge`: the shopper comes back from the issuer's page, and is led back to the merchant
 * with the result. What is posted again leads there again, and is told by no other callback.
 */
export async function leaveAcs(parts: SandboxContext, pageId: string, body: Buffer): Promise<SandboxPage> {
  const found = await findRound(parts, body, "cres");
  if (found === undefined || found.row.pageId !== pageId) return notFoundPage;
  const { gatewayMerchantId: merchantID, faults: stored } = found.row;
  const account = await parts.accounts.secretOf(merchantID);
  if (account === undefined) return notFoundPage;
  const { secret, merchantName } = account;
  const carried = await carryOn(parts, {
    reference: referenceOf(found.round),
    response: [["threeDSResponse[cres]", fieldText(parseRequest(body) ?? [], "cres")]],
    merchantID,
    secret,
    time: parts.clock.now(),
    planned: await faultsOf(parts, merchantID),
  });
  if ("fault" in carried) return faultPage(carried.fault);
  const { id: transactionID, result, responseCode } = carried.row;
  const { redirectURL, callbackURL } = readHostedRequest(result);
  const back = {
    redirectURL,
    merchantName,
    fields: signed(result, secret),
    label: labelOfCode(responseCode),
  };
  if (!carried.isNew) return redirectPage(back);
  return await deliver(parts, {
    ...back,
    callbackURL,
    transactionID,
    faults: readPlannedFaults(stored) ?? NO_FAULTS,
  });
}

async function findRound(
  { db }: SandboxContext,
  body: Buffer,
  name: string,
): Promise<{ readonly row: SandboxTransactionRow; readonly round: Round } | undefined> {
  const round = roundOfMessage(fieldText(parseRequest(body) ?? [], name));
  const row = round && (await findSandboxTransaction(db.manager, round.transactionID));
  return round === undefined || row === undefined ? undefined : { row, round };
}
