import { type Html, html } from "../../lib/html.js";
import { sendWebPage } from "../../lib/html-page.js";
import type { Reply } from "../protocol/reply.js";
import { STYLE } from "./style.js";

/** One page of the sandbox gateway, ready to send. */
export interface SandboxPage {
  readonly status: number;
  readonly title: string;
  readonly main: Html;
  /** Where its forms may be posted: sources of the CSP directive `form-action`. */
  readonly formTargets: string;
  /** Runs at the end of the page. Pages work without it. */
  readonly script?: string;
  readonly headers?: Record<string, string>;
}

/** The page below the TEST banner. */
export function pageReply({ main, ...page }: SandboxPage): Reply {
  return (response) =>
    sendWebPage(response, {
      ...page,
      style: STYLE,
      // Shops show the gateway's page in a frame of theirs, on any origin.
      frameAncestors: "*",
      body: html`<p class="test-band">
          <strong>TEST</strong> <span>No money moves here. Never enter a real card.</span>
        </p>
        ${main}
        <footer>Calmony Pay sandbox, a stand-in for the Cardstream gateway</footer>`,
    });
}
