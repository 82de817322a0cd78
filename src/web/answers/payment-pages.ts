import { isDeviceMethod, METHOD_TIMED_OUT } from "../../cardstream/three-d-secure.js";
import type { OpenChallenge, PayForm } from "../../checkout/sessions/pay-page.js";
import type { PageOrder } from "../../checkout/sessions/pay-page-state.js";
import type { PaymentPage } from "../../checkout/shopper/payment-page.js";
import { html, type Html } from "../../lib/html.js";
import { backLink, orderFacts, shopOf } from "./order-parts.js";
import { savedCardParts } from "./saved-card-pages.js";
import { originOf, postForm, type ShopperPage, SUBMIT } from "./shopper-pages.js";

/** `onlyThisCard`: it is too late for another one. */
type ChallengePage = PayForm & OpenChallenge & { readonly onlyThisCard?: boolean };
type PaidPage = PaymentPage & { readonly kind: "paid" };

/** Leads the shopper's browser to the card's issuer. `payUrl` is where the form of another card is posted. */
export function challengePage(page: ChallengePage, payUrl: string): ShopperPage {
  return isDeviceMethod(page.challenge) ? devicePage(page) : issuerPage(page, payUrl);
}

/**
 * The first time the browser goes on by itself. A shopper who comes back without an answer has the choice: to go there
 * again, to pay with another card, or to leave.
 */
function issuerPage(page: ChallengePage, payUrl: string): ShopperPage {
  const { challenge, challengeUrl, round, order, fields, cancelUrl } = page;
  const others = html`${savedCardParts(payUrl, page)} ${postForm(payUrl, fields, "Use another card", html`class="other"`)}`;
  return {
    status: 200,
    isTest: !order.livemode,
    title: "Confirm this payment with your bank",
    body: html`<p>The bank that issued your card wants to know that it is you. You come back here afterwards.</p>
      ${orderFacts(order)}
      ${postForm(challenge.url, challenge.request, "Continue to your bank", html`data-round="${challengeUrl} ${round}"`)}
      ${page.onlyThisCard === true ? undefined : others} ${backLink(order, cancelUrl)}`,
    script: ONCE,
    // Browsers apply this list to redirects, too: to the gateway with another card, and back from the bank.
    formTargets: [challenge.url, payUrl, page.hostedUrl, challengeUrl].map(originOf).join(" "),
  };
}

/** Without storage for this tab the shopper presses the button. */
const ONCE = `
try {
  const key = location.pathname + " " + document.forms[0].dataset.round;
  if (sessionStorage.getItem(key) === null) {
    sessionStorage.setItem(key, "sent");
    ${SUBMIT};
  }
} catch { }
`;

/**
 * The issuer looks at the browser in a frame that nobody sees, and its answer leads the whole page on. Where nothing
 * comes of it within ten seconds, or scripts are off, the payment goes on without (Cardstream guide 5.4).
 */
function devicePage({ challenge, challengeUrl, order }: ChallengePage): ShopperPage {
  const inputs = challenge.request.map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" /> `,
  );
  const targets = `${originOf(challenge.url)} ${originOf(challengeUrl)}`;
  return {
    status: 200,
    isTest: !order.livemode,
    title: "One moment, please",
    body: html`<p>Your payment is being prepared with your bank.</p>
      ${orderFacts(order)}
      <form method="post" action="${challenge.url}" target="bank">${inputs}</form>
      ${postForm(challengeUrl, [METHOD_TIMED_OUT], "Continue")}
      <iframe name="bank" title="Your bank" hidden></iframe>`,
    script: DEVICE_METHOD,
    formTargets: targets,
    frames: targets,
  };
}

const DEVICE_METHOD = `
${SUBMIT};
setTimeout(() => HTMLFormElement.prototype.submit.call(document.forms[1]), 10_000);
`;

/** Leads the whole page on from the issuer's answer, which may have come in a frame. */
export function afterChallengePage(payUrl: string): ShopperPage {
  return {
    status: 200,
    title: "One moment, please",
    body: html`<a class="button" href="${payUrl}" target="_top">Continue</a>`,
    script: "top.location.replace(document.links[0].href)",
    frameAncestors: originOf(payUrl),
  };
}

/** The payment is paid, or authorized, and the merchant has named no address to go on to. */
export function paidPage({ order, taken }: PaidPage): ShopperPage {
  return {
    status: 200,
    isTest: !order.livemode,
    title: taken ? "Thank you for your payment" : "Your payment is authorised",
    body: html`${taken ? html`<p>You have paid. You can close this page.</p>` : authorisedText(order)}
      ${orderFacts(order)}`,
  };
}

/** Holds until it is known that the money was taken, or released. */
function authorisedText(order: PageOrder): Html {
  return html`<p>
      Nothing has been taken yet. Your bank has set the amount aside, and ${shopOf(order)} will take the payment later. If
      it does not, your bank releases the amount.
    </p>
    <p>You can close this page.</p>`;
}
