import type { CheckoutContext } from "../../checkout/context.js";
import { payUrl, returnUrl } from "../../checkout/public-urls.js";
import { isDatabaseAway } from "../../db/engine/database-errors.js";
import { BodyTooLarge, type HttpRequest, type HttpResponse, redirect, sendOptions } from "../../lib/http.js";
import { type FailureReason, sendFailure, sendFailurePage } from "../answers/failure.js";
import { factsOf, sendPage, unknownPage, unopenedPage, unavailablePage } from "../answers/shopper-pages.js";
import { callback } from "./callback.js";
import { basketPage, orderPage, placeOrder } from "../demo/demo-handlers.js";
import { DOCS_FILES, docsFolderPage, docsPage, openApiDocument } from "./docs.js";
import { favicon } from "./favicon.js";
import { frontPage } from "./front-page.js";
import { liveness, readiness } from "./health.js";
import { findOrder, knownOrder } from "./known-orders.js";
import { passForm, payPage, saveCard } from "./pay-page.js";
import {
  challengeReturn,
  checkPaymentPage,
  ofEither,
  passPaymentForm,
  paymentPage,
  paymentReturn,
} from "./payment-page.js";
import { isPrefetch } from "./prefetch.js";
import { checkPage, returnPage, statusPage } from "./return-page.js";
import { payWithSavedCard } from "./saved-card.js";

/**
 * Answers one request. `inPath` is the path's captured part: a session's id, a file's name; "" where there is
 * none.
 */
type Handle = (
  checkout: CheckoutContext,
  request: HttpRequest,
  response: HttpResponse,
  inPath: string,
) => Promise<void> | void;

type AsyncHandle = (...exchange: Parameters<Handle>) => Promise<void>;

interface PageRoute {
  readonly path: RegExp;
  readonly method: "GET" | "POST";
  readonly handle: Handle;
}

/** Of a session, or a payment intent. Ids have at most 64 characters; no other text reaches the log or the database. */
const PAY_PATH = /^\/pay\/((?:cs|pi)_[0-9A-Za-z]{1,61})$/;
const RETURN_PATH = /^\/pay\/((?:cs|pi)_[0-9A-Za-z]{1,61})\/return$/;
const CHECK_PATH = /^\/pay\/((?:cs|pi)_[0-9A-Za-z]{1,61})\/check$/;
/** Of a session. */
const CARD_PATH = /^\/pay\/(cs_[0-9A-Za-z]{1,61})\/card$/;
const SAVE_PATH = /^\/pay\/(cs_[0-9A-Za-z]{1,61})\/save$/;
/** Of an attempt. */
const CHALLENGE_PATH = /^\/pay\/((?:cs|pi)_[0-9A-Za-z]{1,61}-[1-9]\d{0,5})\/challenge$/;
const TARGET_PATH = /^\/pay\/((?:cs|pi)_[0-9A-Za-z]{1,61})(\/|$)/;

/** Pages for people: their errors are pages; those of every other address are JSON. */
const OF_PEOPLE = /^\/($|(pay|docs|demo)(\/|$))/;

/** Addresses for browsers, the gateway and load balancers. */
const PAGE_ROUTES: readonly PageRoute[] = [
  {
    method: "GET",
    path: PAY_PATH,
    handle: (checkout, request, response, id) =>
      openOnly(ofEither(payPage, paymentPage), payUrl(checkout, id), checkout, request, response, id),
  },
  {
    method: "POST",
    path: PAY_PATH,
    handle: onPage(ofEither(passForm, passPaymentForm)),
  },
  {
    method: "GET",
    path: RETURN_PATH,
    handle: (checkout, request, response, id) =>
      openOnly(ofEither(statusPage, paymentPage), returnUrl(checkout, id), checkout, request, response, id),
  },
  { method: "POST", path: RETURN_PATH, handle: ofEither(returnPage, paymentReturn) },
  {
    // A browser that opens again what it has posted to: the page that waits is at another address.
    method: "GET",
    path: CHECK_PATH,
    handle: (checkout, _, response, id) => redirect(response, returnUrl(checkout, id)),
  },
  {
    method: "POST",
    path: CHECK_PATH,
    handle: (checkout, request, response, id) =>
      orUnavailable(
        checkout,
        response,
        [returnUrl(checkout, id), id],
        ofEither(checkPage, checkPaymentPage)(checkout, request, response, id),
      ),
  },
  { method: "GET", path: CARD_PATH, handle: backToPage },
  { method: "POST", path: CARD_PATH, handle: onPage(payWithSavedCard) },
  { method: "GET", path: SAVE_PATH, handle: backToPage },
  { method: "POST", path: SAVE_PATH, handle: onPage(saveCard) },
  { method: "POST", path: CHALLENGE_PATH, handle: challengeReturn },
  { method: "POST", path: /^\/callbacks\/cardstream$/, handle: callback },
  { method: "GET", path: /^\/healthz$/, handle: (_checkout, _request, response) => liveness(response) },
  { method: "GET", path: /^\/readyz$/, handle: (checkout, _, response) => readiness(checkout, response) },
  {
    method: "GET",
    path: /^\/openapi\.json$/,
    handle: ({ addresses }, request, response) => openApiDocument(addresses.publicUrl)(request, response),
  },
  {
    method: "GET",
    path: /^\/docs$/,
    handle: (_checkout, request, response) => docsPage(request, response),
  },
  {
    method: "GET",
    path: /^\/docs\/$/,
    handle: (_checkout, request, response) => docsFolderPage(request, response),
  },
  { method: "GET", path: /^\/docs\/([^/]+)$/, handle: docsFile },
  { method: "GET", path: /^\/$/, handle: (checkout, _, response) => frontPage(checkout, response) },
  {
    method: "GET",
    path: /^\/favicon\.ico$/,
    handle: (_checkout, request, response) => favicon(request, response),
  },
  { method: "GET", path: /^\/demo\/?$/, handle: (checkout, _, response) => basketPage(checkout, response) },
  { method: "POST", path: /^\/demo\/orders$/, handle: placeOrder },
  { method: "GET", path: /^\/demo\/orders\/(cs_[0-9A-Za-z]{1,61})$/, handle: orderPage },
];

/** Answers what was posted to the page of a session or payment intent; that page is what there is to open again. */
function onPage(handle: AsyncHandle): Handle {
  return (checkout, request, response, id) =>
    orUnavailable(checkout, response, [payUrl(checkout, id), id], handle(checkout, request, response, id));
}

/** A browser opens again what it has posted to. */
function backToPage(...[checkout, , response, id]: Parameters<Handle>): void {
  redirect(response, payUrl(checkout, id));
}

/** Whether a path is the address of a page. */
export function isPagePath(path: string): boolean {
  return PAGE_ROUTES.some((route) => route.path.test(path));
}

/** Answers a page, unless the browser only prefetches it. `url` is the page's address. */
async function openOnly(page: AsyncHandle, url: string, ...exchange: Parameters<Handle>): Promise<void> {
  const [checkout, request, response, id] = exchange;
  if (isPrefetch(request)) sendPage(response, unopenedPage(url, await findOrder(checkout, id)));
  else await orUnavailable(checkout, response, [url, id], page(...exchange));
}

async function docsFile(
  _: CheckoutContext,
  request: HttpRequest,
  response: HttpResponse,
  name: string,
): Promise<void> {
  const file = DOCS_FILES.get(name);
  if (file === undefined) sendFailurePage(response, "path_unknown", "There is no such file.");
  else await file(request, response);
}

/**
 * Answers a request for one of the pages. Returns false, without a response, where the address is none of
 * them.
 */
export async function answerPage(
  checkout: CheckoutContext,
  request: HttpRequest,
  response: HttpResponse,
  path: string,
): Promise<boolean> {
  const routes = PAGE_ROUTES.filter((route) => route.path.test(path));
  const method = request.method === "HEAD" ? "GET" : request.method;
  const route = routes.find((candidate) => candidate.method === method);
  if (route !== undefined) await answer(route, checkout, request, response, path);
  else if (routes.length > 0) answerOtherMethod(checkout, request, response, routes, path);
  else if (path.startsWith("/pay/")) sendPage(response, unknownPage());
  else if (OF_PEOPLE.test(path))
    sendFailurePage(response, "path_unknown", "There is nothing at this address.");
  else return false;
  return true;
}

/** Sends a failure in the form of its path: a page, of the session that the path names, or JSON. */
export function sendPathFailure(
  checkout: CheckoutContext,
  response: HttpResponse,
  path: string,
  reason: FailureReason,
  message: string,
  headers: Record<string, string> = {},
): void {
  if (!OF_PEOPLE.test(path)) return sendFailure(response, reason, message, headers);
  const [, targetId = ""] = TARGET_PATH.exec(path) ?? [];
  sendFailurePage(response, reason, message, headers, factsOf(knownOrder(checkout, targetId)));
}

async function answer(
  route: PageRoute,
  checkout: CheckoutContext,
  request: HttpRequest,
  response: HttpResponse,
  path: string,
): Promise<void> {
  try {
    await route.handle(checkout, request, response, route.path.exec(path)?.[1] ?? "");
  } catch (error) {
    if (!(error instanceof BodyTooLarge)) throw error;
    // The rest of the body stays unread.
    sendPathFailure(checkout, response, path, "body_too_large", error.message, { connection: "close" });
  }
}

function answerOtherMethod(
  checkout: CheckoutContext,
  { method }: HttpRequest,
  response: HttpResponse,
  routes: readonly PageRoute[],
  path: string,
): void {
  const takes = routes.flatMap((route) => (route.method === "GET" ? ["GET", "HEAD"] : [route.method]));
  const allow = [...takes, "OPTIONS"].toSorted().join(", ");
  if (method === "OPTIONS") return sendOptions(response, allow);
  const message = `This address takes ${allow}.`;
  sendPathFailure(checkout, response, path, "method_not_allowed", message, { allow });
}

/** Awaits `answer`; where the database is away, sends a page of this session that reloads `url` by itself. */
async function orUnavailable(
  checkout: CheckoutContext,
  response: HttpResponse,
  [url, sessionId]: readonly [url: string, sessionId: string],
  answer: Promise<void>,
): Promise<void> {
  try {
    await answer;
  } catch (error) {
    if (!isDatabaseAway(error)) throw error;
    checkout.log.error({ why: String(error) }, "a page could not be opened");
    sendPage(response, unavailablePage(url, knownOrder(checkout, sessionId)));
  }
}
