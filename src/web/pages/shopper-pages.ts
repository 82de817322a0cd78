import type { Field } from "../../cardstream/fields.js";
import { html, type Html } from "../../lib/html.js";
import type { ShopperPage } from "../answers/page.js";

/** The signed form on its way to the gateway: sent by itself, or with the button where scripts are off. */
export function formPage(action: string, fields: readonly Field[]): ShopperPage {
  return {
    status: 200,
    title: "Taking you to the payment page",
    body: html`<p>One moment, please.</p>
      ${postForm(action, fields, "Continue to payment")}`,
    script: "document.forms[0].submit()",
    formTargets: new URL(action).origin,
  };
}

/** No form is given out any more. 410: the page was here, and is gone for good. */
export function expiredPage(cancelUrl: string): ShopperPage {
  return {
    status: 410,
    title: "This payment page has expired",
    body: html`<p>Nothing can be paid here any more. If you have just paid, the shop will be told.</p>
      <a class="button" href="${cancelUrl}">Back to the shop</a>`,
  };
}

/** A result waits for a person, or is not known yet. The page asks again by itself, and goes on once it is settled. */
export function checkingPage(statusUrl: string, cancelUrl: string): ShopperPage {
  return {
    status: 200,
    title: "Your payment is being checked",
    body: html`<p>
        We are waiting for word from the bank. Please do not pay again: the shop will be told as soon as
        everything is settled.
      </p>
      <a class="button" href="${statusUrl}">Check again</a>
      <p><a href="${cancelUrl}">Back to the shop</a></p>`,
    script: FOLLOW_LINK,
  };
}

/** For a browser that loads the page before anybody wants to see it: it is refused, and comes again with its reader. */
export function unopenedPage(url: string): ShopperPage {
  return {
    status: 503, // Browsers throw away what they have loaded ahead where it is no success.
    title: "Open this page to pay",
    body: html`<a class="button" href="${url}">Continue</a>`,
  };
}

/** The operator's to mend: the session stays open, and its page works once it is. */
export function livePaymentsOffPage(cancelUrl: string): ShopperPage {
  return {
    status: 503,
    title: "Nothing can be paid here yet",
    body: html`<p>
        This payment service is not set up for real payments yet. Nothing was charged; please tell the shop.
      </p>
      <a class="button" href="${cancelUrl}">Back to the shop</a>`,
  };
}

/** The database is away. Asking for the page again changes nothing. */
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
 * The result could not be stored. The page keeps the signed fields and posts them again after a while; with scripts off
 * the shopper does, with the button.
 */
export function tryAgainPage(returnUrl: string, fields: readonly Field[]): ShopperPage {
  return {
    status: 503,
    title: "Your payment is being checked",
    body: html`<p>We have your payment's result, but could not store it yet. Please keep this page open.</p>
      ${postForm(returnUrl, fields, "Check again")}`,
    // A field of the gateway's may be called "submit" and would hide the form's own method of that name.
    script: `setTimeout(() => HTMLFormElement.prototype.submit.call(document.forms[0]), ${AGAIN_AFTER_MS})`,
    // The answer sends the browser on to the merchant, and browsers hold that to this list.
    formTargets: "http: https:",
  };
}

/** A message that nobody who may say so has signed. */
export function refusedPage(payUrl: string): ShopperPage {
  return {
    status: 400,
    title: "This answer could not be verified",
    body: html`<p>It does not come from the payment page that you were on. Nothing was changed.</p>
      <a class="button" href="${payUrl}">Back to the payment</a>`,
  };
}

/** Whoever guesses addresses learns nothing. */
export function unknownPage(): ShopperPage {
  return {
    status: 404,
    title: "No such payment page",
    body: html`<p>Please check the address, or go back to the shop and start again.</p>`,
  };
}

/** Long enough for a database to come back, short enough for a shopper to wait. */
const AGAIN_AFTER_MS = 5000;

/** In place of the page that waits: whoever goes back does not want to wait once more. */
const FOLLOW_LINK = `setTimeout(() => location.replace(document.links[0].href), ${AGAIN_AFTER_MS})`;

/** The button has no name: it would add a field that is not signed. */
function postForm(action: string, fields: readonly Field[], button: string): Html {
  const inputs = fields.map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" /> `,
  );
  return html`<form method="post" action="${action}" accept-charset="utf-8">
    ${inputs}<button>${button}</button>
  </form>`;
}
