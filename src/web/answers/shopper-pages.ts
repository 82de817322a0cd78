import type { Field } from "../../cardstream/fields.js";
import type { PayForm } from "../../checkout/sessions/open-pay-page.js";
import { sendWebPage } from "../../lib/html-page.js";
import { html, type Html } from "../../lib/html.js";
import type { HttpResponse } from "../../lib/http.js";
import { STYLES } from "./styles.js";

/** A page of the service that a shopper sees. */
interface ShopperPage {
  readonly status: number;
  readonly title: string;
  readonly body: Html;
  /** The page's only script, inline. Default: none. */
  readonly script?: string;
  /** Sources of the CSP directive `form-action`: where the page's form may be posted. Default: `'none'`. */
  readonly formTargets?: string;
}

/** Sends a shopper's page: one sheet with the title as its heading. */
export function sendPage(response: HttpResponse, page: ShopperPage): void {
  sendWebPage(response, {
    formTargets: "'none'",
    ...page,
    style: STYLES,
    body: html`<main>
      <div class="sheet narrow">
        <h1>${page.title}</h1>
        ${page.body}
      </div>
    </main>`,
  });
}

/**
 * The signed form: posted to `action` of this service, which leads it on to the gateway's `hostedUrl`. By script where
 * it sends itself, else by its button.
 */
export function formPage(
  action: string,
  { hostedUrl, fields, storesOnly }: PayForm,
  sendsItself: boolean,
): ShopperPage {
  const page = storesOnly ? "the page that saves your card" : "the payment page";
  return {
    status: 200,
    title: sendsItself ? `Taking you to ${page}` : `Go on to ${page}`,
    body: html`${storesOnly ? html`<p>Nothing will be charged.</p>` : undefined}
      ${sendsItself ? html`<p>One moment, please.</p>` : undefined}
      ${postForm(action, fields, storesOnly ? "Continue to save your card" : "Continue to payment")}`,
    ...(sendsItself && { script: SUBMIT }),
    // Browsers apply this list to the redirect, too.
    formTargets: `${originOf(action)} ${originOf(hostedUrl)}`,
  };
}

/** Not by `new URL`, which takes as long as all else that makes such a page. Our own URLs are normal ones. */
function originOf(url: string): string {
  return ORIGIN.exec(url)?.[0] ?? new URL(url).origin;
}

const ORIGIN = /^https?:\/\/[^/]+/;

/** The session has expired: 410, since the page will not come back. */
export function expiredPage(cancelUrl: string | null): ShopperPage {
  return {
    status: 410,
    title: "This payment page has expired",
    body: html`<p>Nothing can be paid here any more. If you have just paid, the shop will be told.</p>
      ${backButton(cancelUrl)}`,
  };
}

/**
 * The result is not known yet, or waits for a person's decision. The page has it asked for by itself, and leads on
 * once the payment is decided.
 */
export function checkingPage(checkUrl: string, cancelUrl: string | null): ShopperPage {
  return {
    status: 200,
    title: "Your payment is being checked",
    body: html`<p>
        We are waiting for word from the bank. Please do not pay again: the shop will be told as soon as
        everything is settled.
      </p>
      ${postForm(checkUrl, [], "Check again")}
      ${cancelUrl === null ? "" : html`<p><a href="${cancelUrl}">Back to the shop</a></p>`}`,
    script: SUBMIT_LATER,
    formTargets: originOf(checkUrl),
  };
}

/** Leads on to the merchant: a form's page may not lead there by a redirect, since its policy names no merchant. */
export function goOnPage(url: string): ShopperPage {
  return {
    status: 200,
    title: "Taking you back to the shop",
    body: html`<a class="button" href="${url}">Continue</a>`,
    script: "location.replace(document.links[0].href)",
  };
}

/** Too many forms of this session, or presses of this address: 429. */
export function tooManyPage(payUrl: string): ShopperPage {
  return {
    status: 429,
    title: "Please wait a moment",
    body: html`<p>This payment page was opened very often just now. Please try again in ten minutes.</p>
      <a class="button" href="${payUrl}">Try again</a>`,
  };
}

/** Nothing where the merchant named no address to go back to. */
function backButton(cancelUrl: string | null): Html | string {
  return cancelUrl === null ? "" : html`<a class="button" href="${cancelUrl}">Back to the shop</a>`;
}

/** For a prefetch: it fails, so that the browser loads the page again when the shopper opens it. */
export function unopenedPage(url: string): ShopperPage {
  return {
    status: 503, // Browsers discard a prefetched page that is no success.
    title: "Open this page to pay",
    body: html`<a class="button" href="${url}">Continue</a>`,
  };
}

/**
 * Live payments are off until the operator mends the configuration. The session stays open, and its page
 * works then.
 */
export function livePaymentsOffPage(cancelUrl: string | null): ShopperPage {
  return {
    status: 503,
    title: "Nothing can be paid here yet",
    body: html`<p>
        This payment service is not set up for real payments yet. Nothing was charged; please tell the shop.
      </p>
      ${backButton(cancelUrl)}`,
  };
}

/** The database is away. Reloading the page is safe. */
export function unavailablePage(url: string): ShopperPage {
  return {
    status: 503,
    title: "One moment, please",
    body: html`<p>
        We cannot look up this payment just now. Please keep this page open: it tries again by itself.
      </p>
      <a class="button" href="${url}">Try again</a>`,
    script: FOLLOW_LINK,
  };
}

/**
 * The result could not be stored. The page keeps the signed fields and posts them again after five seconds;
 * with scripts off, the shopper does with the button.
 */
export function tryAgainPage(returnUrl: string, fields: readonly Field[]): ShopperPage {
  return {
    status: 503,
    title: "Your payment is being checked",
    body: html`<p>We have your payment's result, but could not store it yet. Please keep this page open.</p>
      ${postForm(returnUrl, fields, "Check again")}`,
    script: SUBMIT_LATER,
    // Browsers apply this list to the redirect to the merchant, too.
    formTargets: "http: https:",
  };
}

/** The message is not signed with a secret of the session's merchant. */
export function refusedPage(payUrl: string): ShopperPage {
  return {
    status: 400,
    title: "This answer could not be verified",
    body: html`<p>It does not come from the payment page that you were on. Nothing was changed.</p>
      <a class="button" href="${payUrl}">Back to the payment</a>`,
  };
}

/** A guessed address reveals nothing. */
export function unknownPage(): ShopperPage {
  return {
    status: 404,
    title: "No such payment page",
    body: html`<p>Please check the address, or go back to the shop and start again.</p>`,
  };
}

/** Long enough for a database to recover, short enough for a shopper to wait. */
const AGAIN_AFTER_MS = 5000;

/** A gateway field named "submit" would shadow the form's method. */
const SUBMIT = "HTMLFormElement.prototype.submit.call(document.forms[0])";
const SUBMIT_LATER = `setTimeout(() => ${SUBMIT}, ${AGAIN_AFTER_MS})`;

/** Replaces the waiting page in the history, so that "back" does not return to it. */
const FOLLOW_LINK = `setTimeout(() => location.replace(document.links[0].href), ${AGAIN_AFTER_MS})`;

/** The button has no name, which would add an unsigned field. */
function postForm(action: string, fields: readonly Field[], button: string): Html {
  const inputs = fields.map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" /> `,
  );
  return html`<form method="post" action="${action}" accept-charset="utf-8">
    ${inputs}<button>${button}</button>
  </form>`;
}
