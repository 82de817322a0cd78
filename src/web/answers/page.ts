import { html, type Html } from "../../lib/html.js";
import type { HttpResponse } from "../../lib/http.js";
import { sendWebPage } from "../../lib/html-page.js";
import { STYLES } from "./styles.js";

/** A page of the service that a shopper sees. */
export interface ShopperPage {
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
