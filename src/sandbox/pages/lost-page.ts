import { html } from "../../lib/html.js";
import type { SandboxPage } from "./layout.js";

/** Replaces the page that leads back: the shopper does not return, as after a crash of the browser. */
export function lostPage({ merchantName, label }: { merchantName: string; label: string }): SandboxPage {
  return {
    status: 200,
    title: `Not back to ${merchantName} (test)`,
    main: html`<main>
      <div class="sheet narrow">
        <h1>${label}</h1>
        <p>You asked for a lost redirect, so this page does not lead back to ${merchantName}.</p>
      </div>
    </main>`,
    formTargets: "'none'",
  };
}
