import type { Checkout } from "../checkout/checkout.js";
import { openPayPage } from "../checkout/open-pay-page.js";
import { type HttpResponse, redirect } from "../lib/http.js";
import { sendPage } from "./page.js";
import { returnUrl } from "./page-urls.js";
import { checkingPage, expiredPage, formPage, unknownPage } from "./shopper-pages.js";

/** `GET /pay/{id}`: hands the shopper over to the gateway's hosted page, or says why not. */
export async function payPage(checkout: Checkout, response: HttpResponse, sessionId: string): Promise<void> {
  const page = await openPayPage(checkout, sessionId);
  switch (page.kind) {
    case "form":
      return sendPage(response, formPage(page.action, page.fields));
    case "complete":
      return redirect(response, page.successUrl);
    case "expired":
      return sendPage(response, expiredPage(page.cancelUrl));
    case "checking":
      return sendPage(response, checkingPage(returnUrl(checkout, sessionId)));
    case "unknown":
      return sendPage(response, unknownPage());
  }
}
