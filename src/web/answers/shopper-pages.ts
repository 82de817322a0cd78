import type { Field } from "../../cardstream/fields.js";
import { type WebPage, sendWebPage } from "../../lib/html-page.js";
import { html, type Html } from "../../lib/html.js";
import type { HttpResponse } from "../../lib/http.js";
import { backLink, type KnownOrder, orderFacts, shopOf } from "./order-parts.js";
import { STYLES } from "./styles.js";

/** A page of the service that a shopper sees. */
export interface ShopperPage extends Pick<
  WebPage,
  "status" | "title" | "body" | "script" | "calls" | "frames" | "frameAncestors"
> {
  /** Sources of the CSP directive `form-action`: where the page's form may be posted. Default: `'none'`. */
  readonly formTargets?: string;
  /** Whether it is about a session in test mode: it says so. Default: no. */
  readonly isTest?: boolean;
}

/** Sends a shopper's page: one sheet with the title as its heading. */
export function sendPage(response: HttpResponse, { isTest = false, ...page }: ShopperPage): void {
  sendWebPage(response, {
    formTargets: "'none'",
    ...page,
    style: STYLES,
    body: html`${isTest ? TEST_BAND : undefined}<main>
      <div class="sheet narrow">
        <h1>${page.title}</h1>
        ${page.body}
      </div>
    </main>`,
  });
}

const TEST_BAND = html`<p class="test-band">
  <strong>TEST</strong> <span>No money moves here. Never enter a real card.</span>
</p>`;

/** Too many forms of this session, or presses of this address: 429. */
export function tooManyPage(payUrl: string, known: KnownOrder | undefined): ShopperPage {
  return {
    status: 429,
    isTest: isTest(known),
    title: "Please wait a moment",
    body: html`<p>This page was opened very often just now. Please try again in ten minutes.</p>
      ${factsOf(known)} <a class="button" href="${payUrl}">Try again</a> ${wayBack(known)}`,
  };
}

/** For a prefetch: it fails, so that the browser loads the page again when the shopper opens it. */
export function unopenedPage(url: string, known: KnownOrder | undefined): ShopperPage {
  return {
    status: 503, // Browsers discard a prefetched page that is no success.
    isTest: isTest(known),
    title: "Open this page to go on",
    body: html`${factsOf(known)} <a class="button" href="${url}">Continue</a>`,
  };
}

/** The database is away. Reloading the page is safe. */
export function unavailablePage(url: string, known: KnownOrder | undefined): ShopperPage {
  return {
    status: 503,
    isTest: isTest(known),
    title: "One moment, please",
    body: html`<p>We cannot look this up just now. Please keep this page open and try again.</p>
      <p>${whatNotToDo(known)}</p>
      ${factsOf(known)} <a class="button" href="${url}">Try again</a> ${wayBack(known)}`,
    script: FOLLOW_LINK,
  };
}

/** Nobody can say just now what became of a payment that was made before. */
function whatNotToDo(known: KnownOrder | undefined): Html {
  if (known === undefined) {
    return html`If you have paid already, or entered your card, please do not do so again: go back to the shop and ask
    there.`;
  }
  const { order } = known;
  const paid = order.storesOnly
    ? "If you have entered your card already, please do not enter it again"
    : "If you have paid already, please do not pay again";
  return html`${paid}: ${shopOf(order)} can look it up with the reference below.`;
}

/**
 * The result could not be stored. The page keeps the signed fields and posts them again after five seconds;
 * with scripts off, the shopper does with the button.
 */
export function tryAgainPage(
  returnUrl: string,
  fields: readonly Field[],
  known: KnownOrder | undefined,
): ShopperPage {
  return {
    status: 503,
    isTest: isTest(known),
    title: "One moment, please",
    body: html`<p>We have the bank's answer, but could not store it yet. Please keep this page open.</p>
      ${factsOf(known)} ${postForm(returnUrl, fields, "Try again")}`,
    script: SUBMIT_LATER,
    // Browsers apply this list to the redirect to the merchant, too.
    formTargets: "http: https:",
  };
}

/** The message is not signed with a secret of the session's merchant. */
export function refusedPage(payUrl: string, known: KnownOrder | undefined): ShopperPage {
  return {
    status: 400,
    isTest: isTest(known),
    title: "This answer could not be verified",
    body: html`<p>It does not come from the payment page that you were on. Nothing was changed.</p>
      ${factsOf(known)} <a class="button" href="${payUrl}">Go back</a>`,
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

/** Whether what is known is of test mode. */
export function isTest(known: KnownOrder | undefined): boolean {
  return known !== undefined && !known.order.livemode;
}

/** Nothing of a session that is not known. */
export function factsOf(known: KnownOrder | undefined): Html | undefined {
  return known && orderFacts(known.order);
}

function wayBack(known: KnownOrder | undefined): Html | undefined {
  return known && backLink(known.order, known.cancelUrl);
}

/** Long enough for a database to recover, short enough for a shopper to wait. */
const AGAIN_AFTER_MS = 5000;

/** A gateway field named "submit" would shadow the form's method. */
export const SUBMIT = "HTMLFormElement.prototype.submit.call(document.forms[0])";
const SUBMIT_LATER = `setTimeout(() => ${SUBMIT}, ${AGAIN_AFTER_MS})`;

/** Replaces the waiting page in the history, so that "back" does not return to it. */
const FOLLOW_LINK = `setTimeout(() => location.replace(document.links[0].href), ${AGAIN_AFTER_MS})`;

/** The button has no name, which would add an unsigned field. */
export function postForm(action: string, fields: readonly Field[], button: string, attributes?: Html): Html {
  const inputs = fields.map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" /> `,
  );
  return html`<form method="post" action="${action}" accept-charset="utf-8" ${attributes}>
    ${inputs}<button>${button}</button>
  </form>`;
}

/** Not by `new URL`, which takes as long as all else that makes such a page. Our own URLs are normal ones. */
export function originOf(url: string): string {
  return ORIGIN.exec(url)?.[0] ?? new URL(url).origin;
}

const ORIGIN = /^https?:\/\/[^/]+/;
