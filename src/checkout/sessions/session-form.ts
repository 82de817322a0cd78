import type { Field } from "../../cardstream/fields.js";
import { hostedForm } from "../../cardstream/hosted-form.js";
import type { SessionOfForm } from "../../db/tables/checkout-sessions.js";
import type { FormAccountRow } from "../../db/tables/gateway-accounts.js";
import { currencyByCode } from "../../domain/money.js";
import { attemptOfForm } from "../../domain/saved-cards/card-choice.js";
import { keepsCard } from "../../domain/session.js";
import { isPublicHost } from "../../lib/hosts/public-host.js";
import type { CheckoutContext } from "../context.js";
import { openFormAccount } from "../merchants/gateway-account.js";
import { requiredCallbackUrl, returnUrl } from "../public-urls.js";

/** The signed fields of the form of a session's current attempt. Gives nothing out: see `giveForm`. */
export function formOf(
  checkout: CheckoutContext,
  session: SessionOfForm,
  account: FormAccountRow,
  address?: string,
): Field[] {
  const currency = currencyByCode(session.currency);
  if (currency === undefined) throw new Error(`Session ${session.id} has an unknown currency.`);
  return hostedForm(openFormAccount(checkout, account), {
    sessionId: session.id,
    attempt: attemptOfForm(session),
    verifyOnly: session.mode === "setup",
    amount: session.amountTotal,
    currency,
    items: session.lineItems,
    redirectUrl: returnUrl(checkout, session.id),
    callbackUrl: requiredCallbackUrl(checkout, session.livemode),
    cardOnFile: keepsCard(session),
    asksWho: session.customerCreation !== null,
    email: session.options?.customerEmail ?? null,
    remoteAddress: addressToSend(session, address),
    statementDescriptor: session.options?.statementDescriptor ?? null,
    receiptEmail: session.options?.receiptEmail ?? null,
    captureMethod: session.options?.captureMethod ?? null,
  });
}

/** One of a private network tells the gateway nothing of the shopper. The sandbox shows what is sent. */
export function addressToSend(
  { livemode }: { readonly livemode: boolean },
  address: string | undefined,
): string | undefined {
  return livemode && !isPublicHost(address ?? "") ? undefined : address;
}
