import type { Field } from "../../cardstream/fields.js";
import { html } from "../../lib/html.js";
import type { SandboxPage } from "./layout.js";

/** The content of the page that leads back. */
export interface RedirectPageView {
  readonly merchantName: string;
  /** The outcome of the payment, in a few words. */
  readonly label: string;
  readonly redirectURL: string;
  /** The signed result. */
  readonly fields: readonly Field[];
}

/**
 * Posts the signed result to the merchant with the shopper's browser: automatically, or without scripts by
 * its button.
 */
export function redirectPage({ merchantName, label, redirectURL, fields }: RedirectPageView): SandboxPage {
  const inputs = fields.map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" /> `,
  );
  return {
    status: 200,
    title: `Back to ${merchantName} (test)`,
    main: html`<main>
      <div class="sheet narrow">
        <h1>${label}</h1>
        <p>Taking you back to ${merchantName}…</p>
        <form method="post" action="${redirectURL}">${inputs}<button type="submit">Continue</button></form>
      </div>
    </main>`,
    // Chromium applies this directive to every redirect that follows the form as well. The merchant's side
    // redirects to addresses that the gateway never learns, on any origin: so any web address is allowed, and
    // nothing else.
    formTargets: "http: https:",
    // A field may be named "submit" and would hide the form's own method.
    script: "HTMLFormElement.prototype.submit.call(document.forms[0])",
  };
}
