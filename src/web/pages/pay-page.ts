import type { CheckoutContext } from "../../checkout/context.js";
import {
  lookAtPayPage,
  openPayPage,
  type PayPage,
  type SeenPayPage,
} from "../../checkout/sessions/open-pay-page.js";
import { type HttpRequest, type HttpResponse, redirect, sendHead } from "../../lib/http.js";
import { inTime } from "../../db/answer-in-time.js";
import {
  sendPage,
  checkingPage,
  expiredPage,
  formPage,
  livePaymentsOffPage,
  unknownPage,
} from "../answers/shopper-pages.js";
import { returnUrl } from "../../checkout/public-urls.js";

/**
 * `GET /pay/{id}`: sends the shopper to the gateway's hosted page, or says why not. HEAD changes nothing, and
 * queries no gateway.
 */
export async function payPage(
  checkout: CheckoutContext,
  { method }: HttpRequest,
  response: HttpResponse,
  sessionId: string,
): Promise<void> {
  const open = method === "HEAD" ? lookAtPayPage : openPayPage;
  send(checkout, response, sessionId, await inTime<PayPage | SeenPayPage>(open(checkout, sessionId)));
}

function send(
  checkout: CheckoutContext,
  response: HttpResponse,
  sessionId: string,
  page: PayPage | SeenPayPage,
): void {
  switch (page.kind) {
    case "open":
      // No content-length: only making the form would tell the page's length.
      return void sendHead(response, 200, { "content-type": "text/html; charset=utf-8" }).end();
    case "form":
      return sendPage(response, formPage(page.action, page.fields));
    case "complete":
      return redirect(response, page.successUrl);
    case "expired":
      return sendPage(response, expiredPage(page.cancelUrl));
    case "checking":
      return sendPage(response, checkingPage(returnUrl(checkout, sessionId), page.cancelUrl));
    case "live payments off":
      checkout.log.error(
        { session: sessionId },
        `a live session's page gave no form: ${checkout.addresses.callbackProblem}`,
      );
      return sendPage(response, livePaymentsOffPage(page.cancelUrl));
    case "unknown":
      return sendPage(response, unknownPage());
  }
}
