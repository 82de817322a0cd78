import { fieldText } from "../../cardstream/fields.js";
import { STATE } from "../../domain/gateway-codes.js";
import { findSandboxTransaction, type SandboxTransactionRow } from "../tables/sandbox-transactions.js";
import { readHostedRequest } from "../payments/hosted-request.js";
import { displayedAmount } from "../payments/result-fields.js";
import { METHOD_DATA, responseMessage, type Round, roundOfMessage } from "../payments/three-d-secure.js";
import { acsPage, methodPage } from "../pages/acs-page.js";
import { notFoundPage } from "../pages/fault-page.js";
import type { SandboxPage } from "../pages/layout.js";
import type { SandboxContext } from "../protocol/context.js";
import { parseRequest } from "../protocol/signed-request.js";

/** `POST <base>/acs/`: the shopper's browser brings the challenge to the page of the card's issuer. */
export async function openAcs(parts: SandboxContext, body: Buffer): Promise<SandboxPage> {
  const found = await findRound(parts, body, "creq");
  if (found === undefined) return notFoundPage;
  const { row, round } = found;
  const account = await parts.accounts.secretOf(row.gatewayMerchantId);
  if (account === undefined || row.state !== STATE.RECEIVED) return notFoundPage;
  const { amount, currency } = readHostedRequest(row.result);
  return acsPage({
    merchantName: account.merchantName,
    amount: displayedAmount(amount, currency),
    action: fieldText(row.result, "threeDSRedirectURL"),
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

async function findRound(
  { db }: SandboxContext,
  body: Buffer,
  name: string,
): Promise<{ readonly row: SandboxTransactionRow; readonly round: Round } | undefined> {
  const round = roundOfMessage(fieldText(parseRequest(body) ?? [], name));
  const row = round && (await findSandboxTransaction(db.manager, round.transactionID));
  return round === undefined || row === undefined ? undefined : { row, round };
}
