import { fieldText } from "../../src/cardstream/fields.js";
import { signed } from "../../src/cardstream/signed-message.js";
import { type Answer, ask } from "./direct-calls.js";
import { ACCOUNT, CARD, formOf, payAndReturn, type Stand } from "./stand.js";

/** What every charge of a stored card says anew; the rest follows from its xref. */
const UNSCHEDULED = { action: "SALE", type: "2", rtAgreementType: "unscheduled", initiator: "merchant" };

/** Has a shopper pay and leave the card; the xref of that payment. */
export async function storeCard(stand: Stand, rtAgreementType = "cardonfile"): Promise<string> {
  const form = [
    ...formOf(stand, { amount: 2000 }).filter(([name]) => name !== "signature"),
    ...(rtAgreementType === "" ? [] : [["rtAgreementType", rtAgreementType] as const]),
  ];
  return fieldText(await payAndReturn(stand, signed(form, ACCOUNT.secret), CARD), "xref");
}

let references = 0;

/** Charges it as its merchant does, unless `changes` says otherwise. */
export function charge(stand: Stand, xref: string, changes: Record<string, string> = {}): Promise<Answer> {
  references++;
  const reference = { transactionUnique: `pi_0stored-${references}`, orderRef: "pi_0stored" };
  return ask(stand, { ...UNSCHEDULED, xref, amount: "1200", ...reference, ...changes });
}
