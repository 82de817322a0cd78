import { type Field, MalformedMessage, parseFields } from "../../cardstream/fields.js";
import type { BrowserHeaders } from "../../cardstream/three-d-secure.js";
import type { CheckoutContext } from "../../checkout/context.js";
import { challengeUrl, checkUrl, payUrl, returnUrl } from "../../checkout/public-urls.js";
import { applyGatewayResult } from "../../checkout/results/apply-gateway-result.js";
import { answerChallenge } from "../../checkout/shopper/answer-challenge.js";
import { answerSavedCardChallenge } from "../../checkout/shopper/answer-saved-card-challenge.js";
import { givePaymentForm } from "../../checkout/shopper/give-payment-form.js";
import { askForPaymentPage, type PaymentPage, viewPaymentPage } from "../../checkout/shopper/payment-page.js";
import { parseAttemptReference } from "../../domain/attempt.js";
import { inTime } from "../../db/answer-in-time.js";
import { type HttpRequest, type HttpResponse, readBody, redirect, redirectPost } from "../../lib/http.js";
import { afterChallengePage, challengePage, paidPage } from "../answers/payment-pages.js";
import { closedPage, formPage, goOnPage } from "../answers/session-pages.js";
import { refusedPage, sendPage, tooManyPage, tryAgainPage, unknownPage } from "../answers/shopper-pages.js";
import { knownAddressOf, shopperAddressOf } from "../connections/client-address.js";
import { workInTurn } from "../connections/large-body.js";
import { MESSAGE_BYTES_MAX } from "./callback.js";
import { knownOrder, rememberOrder } from "./known-orders.js";
import { messageAsFields, messageFromFields } from "./message-in-form.js";
import { FORM_BYTES_MAX, formLimitsOf, signedIn, WINDOW_MS } from "./pay-page.js";

type Handler = (
  checkout: CheckoutContext,
  request: HttpRequest,
  response: HttpResponse,
  intentId: string,
) => Promise<void>;

/** Answers by what the id in the path names, a session or a payment intent. */
export function ofEither(ofSession: Handler, ofIntent: Handler): Handler {
  return (checkout, request, response, id) =>
    (id.startsWith("pi_") ? ofIntent : ofSession)(checkout, request, response, id);
}

/** `GET /pay/{id}` of a payment intent: where the shopper goes on. Changes nothing, and asks no gateway. */
export const paymentPage: Handler = async (checkout, request, response, intentId) => {
  const page = await inTime(viewPaymentPage(checkout, intentId, shopperAddressOf(request)));
  if (page.kind === "paid" && page.next !== null) return redirect(response, page.next);
  send(checkout, response, intentId, page);
};

/** `POST /pay/{id}` of a payment intent: the form of another card goes out, as that of a session does. */
export const passPaymentForm: Handler = async (checkout, request, response, intentId) => {
  const [limits, address] = [formLimitsOf(checkout), knownAddressOf(request)];
  const posted = await readBody(request, FORM_BYTES_MAX);
  if (!limits.mayGive(intentId, address)) {
    response.setHeader("retry-after", String(WINDOW_MS / 1000));
    return sendPage(response, tooManyPage(payUrl(checkout, intentId), knownOrder(checkout, intentId)));
  }
  const form = { ...signedIn(posted), address: shopperAddressOf(request) };
  const given = await inTime(workInTurn(response, posted, () => givePaymentForm(checkout, intentId, form)));
  if (given.kind === "given") {
    limits.given(intentId, address, given.isAgain);
    return redirectPost(response, given.hostedUrl);
  }
  limits.wasted(address);
  send(checkout, response, intentId, given);
};

/** `POST /pay/{id}/return` of a payment intent: the browser brings the gateway's result, and goes on to the page. */
export const paymentReturn: Handler = async (checkout, request, response, intentId) => {
  const posted = await readBody(request, MESSAGE_BYTES_MAX);
  const body = messageFromFields(posted);
  try {
    const message = { body, via: "return", pathTargetId: intentId } as const;
    const applied = await inTime(workInTurn(response, posted, () => applyGatewayResult(checkout, message)));
    if (applied.kind === "refused")
      return sendPage(response, refusedPage(payUrl(checkout, intentId), knownOrder(checkout, intentId)));
    redirect(response, payUrl(checkout, intentId));
  } catch (error) {
    // On any error: the browser may hold the only copy of the result, so the page keeps it and posts it again.
    checkout.log.error(
      { err: error, payment: intentId },
      "a result brought by the browser could not be stored",
    );
    sendPage(
      response,
      tryAgainPage(returnUrl(checkout, intentId), messageAsFields(body), knownOrder(checkout, intentId)),
    );
  }
};

/** `POST /pay/{id}/check` of a payment intent: the gateway is asked for what the shopper waits for. */
export const checkPaymentPage: Handler = async (checkout, _, response, intentId) => {
  send(checkout, response, intentId, await inTime(askForPaymentPage(checkout, intentId)));
};

/** What an issuer posts: one field of some kilobytes. */
const CHALLENGE_BYTES_MAX = 64 * 1024;

/**
 * `POST /pay/{attempt}/challenge`: the card's issuer sends the shopper's browser back, in a frame or the whole page.
 * Leads on by a page of its own: the policy of the issuer's page covers redirects too.
 */
export const challengeReturn: Handler = async (checkout, request, response, inPath) => {
  const reference = parseAttemptReference(inPath);
  if (reference === undefined) return sendPage(response, unknownPage());
  const posted = await readBody(request, CHALLENGE_BYTES_MAX);
  const browser = { headers: browserOf(request), address: shopperAddressOf(request) };
  const brought = { response: fieldsIn(posted), ...browser };
  try {
    const answer = reference.kind === "session" ? answerSavedCardChallenge : answerChallenge;
    const work = async () => ({ done: await answer(checkout, reference, brought) });
    await inTime(workInTurn(response, posted, work));
    sendPage(response, afterChallengePage(payUrl(checkout, reference.targetId)));
  } catch (error) {
    // On any error: only the browser has what the issuer says, and what is posted twice is sent once.
    checkout.log.error({ err: error, attempt: inPath }, "a challenge could not be answered");
    const { targetId: id, attempt } = reference;
    sendPage(
      response,
      tryAgainPage(challengeUrl(checkout, { id, attempt }), brought.response, knownOrder(checkout, id)),
    );
  }
};

/** Whoever has the page's address may post anything: the gateway says what it is worth. */
function fieldsIn(posted: Buffer): readonly Field[] {
  try {
    return parseFields(posted);
  } catch (error) {
    if (error instanceof MalformedMessage) return [];
    throw error;
  }
}

/** What the shopper's browser says of itself. */
export function browserOf({ headers }: HttpRequest): BrowserHeaders {
  const header = (name: string): string | undefined => {
    const value = headers[name];
    return Array.isArray(value) ? value.join(", ") : value;
  };
  return {
    userAgent: header("user-agent"),
    accept: header("accept"),
    language: header("accept-language"),
    encoding: header("accept-encoding"),
  };
}

function send(checkout: CheckoutContext, response: HttpResponse, intentId: string, page: PaymentPage): void {
  const url = payUrl(checkout, intentId);
  if (page.kind !== "unknown") rememberOrder(checkout, intentId, page);
  switch (page.kind) {
    case "unknown":
      return sendPage(response, unknownPage());
    case "paid":
      return sendPage(response, page.next === null ? paidPage(page) : goOnPage(page.next, page.order));
    case "form":
      // By its button: the shopper reads first what became of the card that the shop has.
      return sendPage(response, formPage(url, page, false));
    case "challenge":
      return sendPage(response, challengePage(page, url));
    case "expired":
    case "held":
    case "in doubt":
    case "live payments off":
      return sendPage(response, closedPage(page, { checkUrl: checkUrl(checkout, intentId), returnUrl: url }));
  }
}
