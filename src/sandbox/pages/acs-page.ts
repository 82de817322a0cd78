import type { Field } from "../../cardstream/fields.js";
import { type Html, html, isolated } from "../../lib/html.js";
import type { SandboxPage } from "./layout.js";

/** What the page of a card's issuer shows. */
interface AcsPageView {
  readonly merchantName: string;
  /** `GBP 29.99`. */
  readonly amount: string;
  /** Where each of its two forms is posted. */
  readonly action: string;
  /** What the shopper's browser carries there: that they have authenticated, or have not. */
  readonly authenticated: readonly Field[];
  readonly failed: readonly Field[];
}

/** The page of a card's issuer, in its simplest form: the shopper authenticates, or does not. */
export function acsPage({ merchantName, amount, action, authenticated, failed }: AcsPageView): SandboxPage {
  return {
    status: 200,
    title: "Sandbox Bank (test)",
    main: html`<main>
      <div class="sheet narrow">
        <h1>Is this payment yours?</h1>
        <p>
          Sandbox Bank asks you to confirm a payment of <strong>${amount}</strong> to
          ${isolated(merchantName)}.
        </p>
        ${form(action, authenticated, html`<button type="submit">Authenticate</button>`)}
        ${form(action, failed, html`<button class="quiet" type="submit">Fail</button>`)}
      </div>
    </main>`,
    // The page that it leads back to may lead on, to any address.
    formTargets: "http: https:",
  };
}

/** Leads the shopper from the hosted page to the issuer's: by itself, or without scripts by its button. */
export function toAcsPage(action: string, fields: readonly Field[]): SandboxPage {
  return {
    status: 200,
    title: "To your bank (test)",
    main: html`<main>
      <div class="sheet narrow">
        <h1>Your bank wants to know that it is you</h1>
        ${form(action, fields, html`<button type="submit">Continue to your bank</button>`)}
      </div>
    </main>`,
    formTargets: `'self' ${new URL(action).origin}`,
    script: SUBMIT,
  };
}

/** A page that nobody sees: the issuer has looked at the browser, which goes back by itself. */
export function methodPage(action: string, fields: readonly Field[]): SandboxPage {
  return {
    status: 200,
    title: "Sandbox Bank (test)",
    main: html`<main><h1>One moment</h1>${form(action, fields, html`<button type="submit">Continue</button>`)}</main>`,
    formTargets: "http: https:",
    script: SUBMIT,
  };
}

const SUBMIT = "HTMLFormElement.prototype.submit.call(document.forms[0])";

function form(action: string, fields: readonly Field[], button: Html): Html {
  const inputs = fields.map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" /> `,
  );
  return html`<form method="post" action="${action}">${inputs}${button}</form>`;
}
