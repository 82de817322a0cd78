import type { Field } from "../../cardstream/fields.js";
import { html } from "../../lib/html.js";
import type { SandboxPage } from "./layout.js";

/** What the page that leads back shows and carries. */
export interface ReturnPageView {
  readonly merchantName: string;
  /** What became of the payment, in a few words. */
  readonly label: string;
  readonly redirectURL: string;
  /** The signed result. */
  readonly fields: readonly Field[];
}

/** Posts the signed result to the merchant with the shopper's browser: by itself, or by its button without scripts. */
export function returnPage({ merchantName, label, redirectURL, fields }: ReturnPageView): SandboxPage {
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
    // Chromium holds every redirect that follows the form to this directive as well. The merchant's side answers with
    // redirects to addresses that the gateway is never told, on any origin: so any web address, and nothing else.
    formTargets: "http: https:",
    // A field may be called "submit" and would hide the form's own method of that name.
    script: "HTMLFormElement.prototype.submit.call(document.forms[0])",
  };
}
