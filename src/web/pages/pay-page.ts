import { fieldText, MalformedMessage, parseFields } from "../../cardstream/fields.js";
import type { CheckoutContext } from "../../checkout/context.js";
import { checkUrl, payUrl, returnUrl } from "../../checkout/public-urls.js";
import { type FormFromShopper, giveForm, viewPayPage } from "../../checkout/sessions/open-pay-page.js";
import type { PayPage } from "../../checkout/sessions/pay-page.js";
import { inTime } from "../../db/answer-in-time.js";
import { type HttpRequest, type HttpResponse, readBody, redirect, redirectPost } from "../../lib/http.js";
import { challengePage } from "../answers/payment-pages.js";
import { closedPage, formPage, goOnPage } from "../answers/session-pages.js";
import { sendPage, tooManyPage, unknownPage } from "../answers/shopper-pages.js";
import { knownAddressOf, shopperAddressOf } from "../connections/client-address.js";
import { workInTurn } from "../connections/large-body.js";
import { createWindowCounts } from "../connections/window-counts.js";
import { findOrder, rememberOrder } from "./known-orders.js";

/**
 * `GET /pay/{id}`: the form that leads to the gateway's hosted page, sent on by itself where scripts run; or why there
 * is none. Changes nothing, and asks no gateway.
 */
export async function payPage(
  checkout: CheckoutContext,
  request: HttpRequest,
  response: HttpResponse,
  sessionId: string,
): Promise<void> {
  const page = await inTime(viewPayPage(checkout, sessionId, shopperAddressOf(request)));
  if (page.kind === "complete") return redirect(response, page.successUrl);
  send(checkout, response, sessionId, page, "sends itself");
}

/**
 * `POST /pay/{id}/save`: as `passForm`, for a shopper who agrees that the card which they enter is offered to them
 * again. It is the address that says so: what the form holds is signed, and goes on to the gateway as it is.
 */
export async function saveCard(...exchange: Parameters<typeof payPage>): Promise<void> {
  await pass(true, ...exchange);
}

/** A form has 180 fields at most, of which the longest are the names of items. */
export const FORM_BYTES_MAX = 512 * 1024;

/**
 * `POST /pay/{id}`: the shopper's browser sends the form on, through this service. From here on money may move. 307 to
 * the gateway, which keeps what was posted; or the session's page, where that form does not hold any more.
 */
export async function passForm(...exchange: Parameters<typeof payPage>): Promise<void> {
  await pass(false, ...exchange);
}

async function pass(
  savesCard: boolean,
  checkout: CheckoutContext,
  request: HttpRequest,
  response: HttpResponse,
  sessionId: string,
): Promise<void> {
  const [limits, address] = [formLimitsOf(checkout), knownAddressOf(request)];
  const posted = await readBody(request, FORM_BYTES_MAX);
  if (!limits.mayGive(sessionId, address)) return await refuseForNow(checkout, response, sessionId);
  const form = { ...signedIn(posted), address: shopperAddressOf(request), savesCard };
  const work = () => giveForm(checkout, sessionId, form);
  const given = await inTime(workInTurn(response, posted, work));
  if (given.kind === "given") {
    limits.given(sessionId, address, given.isAgain);
    return redirectPost(response, given.hostedUrl);
  }
  limits.wasted(address);
  // By its button only: a form that went on by itself, and never held, would go round for ever.
  send(checkout, response, sessionId, given, "waits");
}

/** Answers a shopper, or a program, that has pressed too often: the limits' window has to pass. */
export async function refuseForNow(
  checkout: CheckoutContext,
  response: HttpResponse,
  sessionId: string,
): Promise<void> {
  response.setHeader("retry-after", String(WINDOW_MS / 1000));
  sendPage(response, tooManyPage(payUrl(checkout, sessionId), await findOrder(checkout, sessionId)));
}

/** What tells which form was posted: nothing else of it counts. "" where there is no signature. */
export function signedIn(posted: Buffer): Omit<FormFromShopper, "address"> {
  try {
    const fields = parseFields(posted);
    const signedAddress = fieldText(fields, "remoteAddress") || undefined;
    return { signature: fieldText(fields, "signature"), signedAddress };
  } catch (error) {
    if (error instanceof MalformedMessage) return { signature: "", signedAddress: undefined };
    throw error;
  }
}

/** Sends the page of a session; a form sends itself on, or waits for its button. */
export function send(
  checkout: CheckoutContext,
  response: HttpResponse,
  sessionId: string,
  page: PayPage,
  form: "sends itself" | "waits",
): void {
  if (page.kind !== "unknown") rememberOrder(checkout, sessionId, page);
  switch (page.kind) {
    case "form":
      return sendPage(response, formPage(payUrl(checkout, sessionId), page, form === "sends itself"));
    case "challenge":
      return sendPage(response, challengePage(page, payUrl(checkout, sessionId)));
    case "complete":
      return sendPage(response, goOnPage(page.successUrl, page.order));
    case "unknown":
      return sendPage(response, unknownPage());
    case "expired":
    case "held":
    case "in doubt":
    case "live payments off":
      if (page.kind === "live payments off") logLivePaymentsOff(checkout, sessionId);
      return sendPage(response, closedPage(page, addressesOf(checkout, sessionId)));
  }
}

function addressesOf(checkout: CheckoutContext, sessionId: string) {
  return { checkUrl: checkUrl(checkout, sessionId), returnUrl: returnUrl(checkout, sessionId) };
}

function logLivePaymentsOff({ log, addresses }: CheckoutContext, sessionId: string): void {
  log.error({ session: sessionId }, `a live session's page gave no form: ${addresses.callbackProblem}`);
}

/**
 * How often the buttons of sessions' pages may be pressed: each press locks a session's row, and may make the service
 * ask the gateway. Without a limit anyone who has a link could go on for ever.
 */
interface FormLimits {
  /** Whether the form of this session may be given out to this address; undefined where that is not known. */
  mayGive(sessionId: string, address: string | undefined): boolean;
  /** Counts a form that was given out. Shoppers seldom need that of one attempt again: it counts for the address. */
  given(sessionId: string, address: string | undefined, isAgain: boolean): void;
  /** Counts a press that gave no form out, of any session or none. */
  wasted(address: string | undefined): void;
}

/** The time in which presses are counted. */
export const WINDOW_MS = 10 * 60_000;

/** Of one session: a shopper with many cards, who reloads the gateway's page now and then. */
export const FORMS_OF_SESSION = 60;

/** Of one address, not counting the first form of each attempt: a school or a company may share one address. */
export const PRESSES_OF_ADDRESS = 600;

/** Addresses and sessions that are counted: some megabytes. A flood of more, each counted once, reaches no limit. */
const NAMES_MAX = 20_000;

/** Counts in memory, for this process. `now` is a test's clock. */
export function createFormLimits(now?: () => number): FormLimits {
  const counted = { windowMs: WINDOW_MS, namesMax: NAMES_MAX, now };
  const [sessions, addresses] = [createWindowCounts(counted), createWindowCounts(counted)];
  const countAddress = (address: string | undefined): void => {
    if (address !== undefined) addresses.add(address);
  };
  return {
    mayGive: (sessionId, address) =>
      sessions.of(sessionId) < FORMS_OF_SESSION &&
      (address === undefined || addresses.of(address) < PRESSES_OF_ADDRESS),
    given(sessionId, address, isAgain) {
      sessions.add(sessionId);
      if (isAgain) countAddress(address);
    },
    wasted: countAddress,
  };
}

/** The limits of a service. */
export function formLimitsOf(checkout: CheckoutContext): FormLimits {
  const known = limits.get(checkout);
  if (known !== undefined) return known;
  const made = createFormLimits();
  limits.set(checkout, made);
  return made;
}

/** A process has one service; that of the tests has many. */
const limits = new WeakMap<CheckoutContext, FormLimits>();
