import type { GatewayResultRow } from "../../db/tables/gateway-results.js";
import { ACTION } from "../../domain/gateway-codes.js";
import type { GatewayResult } from "../../domain/gateway-result.js";
import { currencyOfGateway } from "../../domain/money.js";
import { isOfSale, type NamedSale } from "../../domain/reversal-classification.js";
import type { CheckoutContext } from "../context.js";
import { storedXref } from "../gateway-messages/store-gateway-result.js";
import { type OpenGatewayAccount, openGatewayAccount } from "../merchants/gateway-account.js";

/** A sale, as the gateway knows it. */
export interface ReversibleSale extends NamedSale {
  readonly account: OpenGatewayAccount & { readonly gatewayUrl: string };
  /** The amount that it received, in minor units; null if unknown. */
  readonly received: number | null;
}

/** The sale of a stored result. Undefined if the gateway cannot be asked about it. */
export async function openSale(
  checkout: CheckoutContext,
  row: GatewayResultRow,
): Promise<ReversibleSale | undefined> {
  const account = await openGatewayAccount(checkout, row);
  const xref = storedXref(checkout, row);
  if (account === undefined || xref === undefined) return undefined;
  const { gatewayUrl, sandboxUrl } = checkout.addresses;
  const opened = { ...account, gatewayUrl: row.livemode ? gatewayUrl : sandboxUrl };
  return { ...namedSale(checkout, row), account: opened, received: row.amountReceived };
}

/** The identifiers of a stored result's sale. */
export function namedSale(checkout: CheckoutContext, row: GatewayResultRow): NamedSale {
  const { transactionKey, amount } = row;
  return { xref: storedXref(checkout, row) ?? "", transactionKey, amount };
}

/** What the gateway says of a sale now. Only `told` is evidence. */
export type SaleAnswer =
  | { readonly kind: "told"; readonly result: GatewayResult; readonly body: Buffer }
  /** `code` is that of a refusal to tell; undefined if there was no answer, or none that can be trusted. */
  | { readonly kind: "untold"; readonly why: string; readonly code: number | undefined };

/** Queries a sale. Its answer counts only if it is about this sale, and in its currency, where that is known. */
export async function querySale(
  checkout: Pick<CheckoutContext, "direct">,
  sale: ReversibleSale,
  currency: string | null,
): Promise<SaleAnswer> {
  const answer = await checkout.direct.query(sale.account, sale.xref);
  if (answer.kind !== "answered") return { kind: "untold", why: whyOf(answer), code: undefined };
  const { result, body } = answer;
  const why = doubtOf(result, sale, currency);
  return why === undefined
    ? { kind: "told", result, body }
    : { kind: "untold", why, code: result.state === "" ? result.responseCode : undefined };
}

/** Why a response about a sale cannot be used, for the log. Undefined if it can. */
function doubtOf(result: GatewayResult, sale: NamedSale, currency: string | null): string | undefined {
  if (!isOfSale(result, sale)) return "another transaction";
  if (!isOriginallySale(result)) return result.state === "" ? `code ${result.responseCode}` : NO_SALE;
  const said = currencyOfGateway(result.currencyCode)?.code;
  return currency !== null && said !== undefined && said !== currency ? "another currency" : undefined;
}

/** Why an answer says nothing of a sale: its transaction is none, but for example a refund. */
export const NO_SALE = "not a sale";

/** The response to a QUERY names the transaction's own action last. */
function isOriginallySale({ action }: GatewayResult): boolean {
  return action.split(":").at(-1) === ACTION.SALE;
}

function whyOf(answer: { readonly kind: string; readonly why?: string }): string {
  return answer.why ?? answer.kind;
}
