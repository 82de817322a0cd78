import { displayAmount } from "../../domain/money.js";
import { type Html, html } from "../../lib/html.js";
import type { CardErrors } from "../payments/card-entry.js";
import type { HostedRequest } from "../payments/hosted-request.js";
import { cardFields } from "./card-fields.js";
import { customerFields } from "./customer-fields.js";
import { faultChoice } from "./fault-choice.js";
import type { SandboxPage } from "./layout.js";
import { orderSummary } from "./order-summary.js";
import { outcomeChoice } from "./outcome-choice.js";

/** What is wrong with what was posted, by input. */
export type PageErrors = CardErrors & { readonly outcome?: string; readonly fault?: string };

/** What was chosen before, by the names of the inputs; "" for nothing. */
export interface Choices {
  readonly outcome: string;
  readonly fault: string;
}

/** What the card page shows. */
export interface CardPageView {
  readonly request: HostedRequest;
  readonly merchantName: string;
  /** Where its two forms are posted to; absolute. */
  readonly action: string;
  /** Empty the first time. */
  readonly errors: PageErrors;
  readonly choices: Choices;
}

/**
 * The page on which the shopper pays. The first form pays, the second cancels; neither needs a script or a
 * named button.
 */
export function cardPage(view: CardPageView): SandboxPage {
  const failed = Object.keys(view.errors).length > 0;
  const title = `${failed ? "Error: " : ""}Pay ${view.merchantName} (test)`;
  return {
    status: failed ? 422 : 200,
    title,
    main: html`<main class="two">
      ${orderSummary(view.merchantName, view.request)}
      <section class="sheet" aria-labelledby="pay-by-card">
        ${payForm(view, failed)} ${cancelForm(view)}
      </section>
    </main>`,
    // "self" besides, because the directive has no notation for the address of an IPv6 host.
    formTargets: `'self' ${new URL(view.action).origin}`,
    script: OWN_ADDRESS,
  };
}

/**
 * The page was the answer to a form. Under an address of its own it can be reloaded and come back to, where the browser
 * would otherwise ask whether to send the form again, or show nothing.
 */
const OWN_ADDRESS = "history.replaceState(null, '', new URL(document.forms[0].action).pathname)";

function payForm({ action, errors, choices, request, merchantName }: CardPageView, failed: boolean): Html {
  const amount = displayAmount(request.amount, request.currency);
  return html`<form method="post" action="${action}" autocomplete="on" novalidate>
    <h2 id="pay-by-card">Pay by card</h2>
    ${failed ? alert : undefined} ${cardFields(errors)} ${customerFields(request.asksWho)}
    ${outcomeChoice(request.amount, choices.outcome, errors.outcome)}
    ${faultChoice(choices.fault, errors.fault)}
    ${request.cardOnFile ? html`<p class="hint agree">By paying you agree that ${merchantName} keeps this card for later payments.</p>` : undefined}
    <button type="submit">Pay ${amount}</button>
  </form>`;
}

const alert = html`<p class="alert" role="alert">
  The card was not charged. Please correct what is marked and enter the rest of the card again: this page
  keeps none of it.
</p>`;

/** `outcome` says cancel without a button's name, so a client that only fills in forms can cancel as well. */
function cancelForm({ action }: CardPageView): Html {
  return html`<form method="post" action="${action}">
    <input type="hidden" name="outcome" value="cancel" />
    <button class="quiet" type="submit">Cancel and go back</button>
  </form>`;
}
