import { localAmount } from "../../domain/money.js";
import { type Html, html, isolated, withoutControls } from "../../lib/html.js";
import type { CardErrors } from "../payments/card-entry.js";
import type { HostedRequest } from "../payments/hosted-request.js";
import type { TestOutcome } from "../payments/outcomes.js";
import { cardFields } from "./card-fields.js";
import { customerFields } from "./customer-fields.js";
import { faultChoice } from "./fault-choice.js";
import type { SandboxPage } from "./layout.js";
import { orderSummary } from "./order-summary.js";
import { outcomeChoice } from "./outcome-choice.js";

/** The errors of a posted form, by input. */
export type PageErrors = CardErrors & { readonly outcome?: string; readonly fault?: string };

/** Earlier choices by input; "" for none. */
export interface Choices {
  readonly outcome: string;
  readonly fault: string;
}

/** What the card page shows. */
export interface CardPageView {
  readonly request: HostedRequest;
  /** What becomes of the payment unless the shopper, or the card, chooses something else. */
  readonly expected: TestOutcome;
  readonly merchantName: string;
  /** The absolute address that both forms are posted to. */
  readonly action: string;
  /** Empty at first. */
  readonly errors: PageErrors;
  readonly choices: Choices;
}

/**
 * The page on which the shopper pays, or saves a card. The first form pays, the second cancels; neither needs a
 * script or a named button.
 */
export function cardPage(view: CardPageView): SandboxPage {
  const failed = Object.keys(view.errors).length > 0;
  const title = `${failed ? "Error: " : ""}${view.request.amount === 0 ? "Save your card for" : "Pay"} ${withoutControls(view.merchantName)} (test)`;
  return {
    status: failed ? 422 : 200,
    title,
    main: html`<main class="two">
      ${orderSummary(view.merchantName, view.request)}
      <section class="sheet" aria-labelledby="pay-by-card">
        ${payForm(view, failed)} ${cancelForm(view)}
      </section>
    </main>`,
    // Also "self", because the directive has no notation for an IPv6 host.
    formTargets: `'self' ${new URL(view.action).origin}`,
    script: OWN_ADDRESS,
  };
}

/**
 * The page is the response to a form. With an address of its own it can be reloaded and returned to;
 * otherwise the browser would ask whether to send the form again, or show nothing.
 */
const OWN_ADDRESS = "history.replaceState(null, '', new URL(document.forms[0].action).pathname)";

function payForm(view: CardPageView, failed: boolean): Html {
  const { action, errors, choices, request, expected, merchantName } = view;
  const saves = request.amount === 0;
  const amount = localAmount(request.amount, request.currency);
  const agreed = saves ? "saving it" : "paying";
  return html`<form method="post" action="${action}" autocomplete="on" novalidate>
    <h2 id="pay-by-card">${saves ? "Save your card" : "Pay by card"}</h2>
    ${failed ? alert : undefined} ${cardFields(errors)} ${customerFields(request.asksWho)}
    ${outcomeChoice({ request, expected }, choices.outcome, errors.outcome)}
    ${faultChoice(choices.fault, errors.fault)}
    ${request.cardOnFile ? html`<p class="hint agree">By ${agreed} you agree that ${isolated(merchantName)} keeps this card for later payments.</p>` : undefined}
    <button type="submit">${saves ? "Save card" : `Pay ${amount}`}</button>
  </form>`;
}

const alert = html`<p class="alert" role="alert">
  The card was not charged. Please correct what is marked and enter the rest of the card again: this page
  keeps none of it.
</p>`;

/**
 * `outcome` selects the cancellation without a button's name, so a client that only fills in forms can cancel
 * too.
 */
function cancelForm({ action }: CardPageView): Html {
  return html`<form method="post" action="${action}">
    <input type="hidden" name="outcome" value="cancel" />
    <button class="quiet" type="submit">Cancel and go back</button>
  </form>`;
}
