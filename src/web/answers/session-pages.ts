import type { PageWithoutForm, PayForm } from "../../checkout/sessions/pay-page.js";
import type { PageOrder } from "../../checkout/sessions/pay-page-state.js";
import { html, type Html } from "../../lib/html.js";
import { declineReason } from "./decline-reason.js";
import { backButton, backLink, orderFacts, shopOf } from "./order-parts.js";
import { choiceParts } from "./saved-card-pages.js";
import { originOf, postForm, type ShopperPage, SUBMIT } from "./shopper-pages.js";
import { type Watch, watchOf, WATCH_SCRIPT } from "./watch-script.js";

/**
 * The signed form: posted to `action` of this service, which leads it on to the gateway's `hostedUrl`. By script where
 * it sends itself, else by its button. After a decline always by its button: the shopper reads first.
 */
export function formPage(action: string, form: PayForm, sendsItself: boolean): ShopperPage {
  if (form.declineCode !== null) return declinedPage(action, form, form.declineCode);
  if (form.choice !== undefined) return choicePage(action, form);
  const { order } = form;
  const page = order.storesOnly ? "the page that saves your card" : "the payment page";
  return {
    ...aboutForm(action, form),
    title: sendsItself ? `Taking you to ${page}` : `Go on to ${page}`,
    body: html`${order.storesOnly ? html`<p>Nothing will be charged.</p>` : undefined}
      ${sendsItself ? ONE_MOMENT : undefined} ${orderFacts(order)}
      ${postForm(action, form.fields, order.storesOnly ? "Continue to save your card" : "Continue to payment")}`,
    ...(sendsItself && { script: SUBMIT }),
  };
}

/** The shopper reads what there is to choose: nothing goes on by itself. */
function choicePage(action: string, form: PayForm): ShopperPage {
  const { order, cancelUrl, choice } = form;
  return {
    ...aboutForm(action, form),
    title: choice?.cards.length === 0 ? "Go on to the payment page" : "How do you want to pay?",
    body: html`${orderFacts(order)} ${choiceParts(action, form)} ${backLink(order, cancelUrl)}`,
  };
}

/** Without scripts nothing goes on by itself. */
const ONE_MOMENT = html`<p>One moment, please.</p>
  <noscript><p>Press the button to go on.</p></noscript>`;

/** The card of the newest try was declined: another can be tried, with the form of a new attempt. */
function declinedPage(action: string, form: PayForm, declineCode: string): ShopperPage {
  const { order, cancelUrl } = form;
  return {
    ...aboutForm(action, form),
    title: order.storesOnly ? "Your card was not saved" : "Your card was declined",
    body: html`<p>${declineReason(declineCode)}</p>
      ${order.storesOnly ? undefined : html`<p>This card was not charged.</p>`} ${orderFacts(order)}
      ${form.choice === undefined ? postForm(action, form.fields, "Try another card") : choiceParts(action, form)}
      ${backLink(order, cancelUrl)}`,
  };
}

function aboutForm(action: string, { hostedUrl, order }: PayForm) {
  return {
    status: 200,
    isTest: !order.livemode,
    // Browsers apply this list to the redirect, too.
    formTargets: `${originOf(action)} ${originOf(hostedUrl)}`,
  };
}

/** The addresses that a page without a form may need. */
interface Addresses {
  /** Where the shopper has the gateway asked. */
  readonly checkUrl: string;
  /** Where the browser finds out where to go on. */
  readonly returnUrl: string;
}

/** A page without a form. */
export function closedPage(page: PageWithoutForm, addresses: Addresses): ShopperPage {
  return { ...PAGES[page.kind](page, addresses), isTest: !page.order.livemode };
}

type PageOf = (page: PageWithoutForm, addresses: Addresses) => ShopperPage;

/** The session has expired: 410, since the page will not come back. A declined shopper reads that first. */
const expiredPage: PageOf = ({ order, cancelUrl, declineCode }) => ({
  status: 410,
  title: order.storesOnly ? "This page has expired" : "This payment page has expired",
  body: html`${declineCode === null ? undefined : declinedBefore(order, declineCode)}
    <p>
      ${
        order.storesOnly
          ? "No card can be saved here any more."
          : html`Nothing can be paid here any more. If you paid before, ${shopOf(order)} can see it.`
      }
    </p>
    ${orderFacts(order)} ${backButton(order, cancelUrl)}`,
});

function declinedBefore({ storesOnly }: PageOrder, declineCode: string): Html {
  const reason = declineReason(declineCode);
  return storesOnly
    ? html`<p>Your card was not saved. ${reason}</p>`
    : html`<p>Your card was declined, and was not charged. ${reason}</p>`;
}

/** A person has to decide, which may take days: nothing moves by itself. */
const heldPage: PageOf = ({ order, cancelUrl }, addresses) => ({
  ...watched(addresses),
  title: order.storesOnly ? "The shop has to look at this" : "The shop has to look at your payment",
  body: html`<p>
      ${
        order.storesOnly
          ? html`The bank's answer is not the one that ${shopOf(order)} asked for, so a person there has to decide. Please
            do not enter your card again.`
          : html`A payment has come in that is not quite what ${shopOf(order)} asked for, so a person there has to decide.
            Please do not pay again.`
      }
    </p>
    <p>Only ${shopOf(order)} can tell you more, with the reference below.</p>
    ${waitingParts("held", order, cancelUrl, addresses)}`,
});

/** The gateway's word is not final. It is asked, by this page too, which leads on once it is. */
const inDoubtPage: PageOf = ({ order, cancelUrl }, addresses) => ({
  ...watched(addresses),
  title: order.storesOnly ? "Your card is being checked" : "Your payment is being checked",
  body: html`<p>
      ${
        order.storesOnly
          ? "The bank has not said yet whether your card is saved. Please do not enter it again for now."
          : "The bank has not said yet whether you have paid. Please do not pay again for now."
      }
    </p>
    <p>We go on asking. You can close this page: ${shopOf(order)} can look it up with the reference below.</p>
    ${waitingParts("in doubt", order, cancelUrl, addresses)}`,
});

/**
 * Live payments are off until the operator mends the configuration. The session stays open, and its page
 * works then.
 */
const livePaymentsOffPage: PageOf = ({ order, cancelUrl }) => ({
  status: 503,
  title: order.storesOnly ? "No card can be saved here yet" : "Nothing can be paid here yet",
  body: html`<p>
      This service is not set up for real cards yet. Nothing was charged; please tell ${shopOf(order)}.
    </p>
    ${orderFacts(order)} ${backButton(order, cancelUrl)}`,
});

const PAGES: Record<PageWithoutForm["kind"], PageOf> = {
  expired: expiredPage,
  held: heldPage,
  "in doubt": inDoubtPage,
  "live payments off": livePaymentsOffPage,
};

function watched({ checkUrl }: Addresses) {
  return { status: 200, script: WATCH_SCRIPT, calls: true, formTargets: originOf(checkUrl) };
}

/** What the page says aloud where something has changed is written into the status by its script. */
function waitingParts(
  watch: Watch,
  order: PageOrder,
  cancelUrl: string | null,
  { checkUrl, returnUrl }: Addresses,
): Html {
  return html`${orderFacts(order)}
    <p role="status" aria-live="polite"></p>
    ${postForm(checkUrl, [], "Check again", watchOf(watch, returnUrl))} ${backLink(order, cancelUrl)}`;
}

/** Leads on to the merchant: a form's page may not lead there by a redirect, since its policy names no merchant. */
export function goOnPage(url: string, order: PageOrder): ShopperPage {
  return {
    status: 200,
    isTest: !order.livemode,
    title: "Taking you back to the shop",
    body: html`${orderFacts(order)}<a class="button" href="${url}">Continue</a>`,
    script: "location.replace(document.links[0].href)",
  };
}
