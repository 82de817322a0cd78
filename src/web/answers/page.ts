import { html, type Html } from "../../lib/html.js";
import type { HttpResponse } from "../../lib/http.js";
import { sendWebPage } from "../../lib/html-page.js";
import { STYLES } from "./styles.js";

/** One page that a shopper sees on the way. */
export interface ShopperPage {
  readonly status: number;
  readonly title: string;
  readonly body: Html;
  /** The only script of the page, run as it stands. */
  readonly script?: string;
  /** Where the page's form may post to, in the words of a Content-Security-Policy; nowhere by default. */
  readonly formTargets?: string;
}

/** Sends a shopper's page: one sheet with its title on it. */
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
