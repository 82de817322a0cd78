import { createHash } from "node:crypto";

import { Html, html } from "../../lib/html.js";
import type { Reply } from "../reply.js";
import { STYLE } from "./style.js";

/** One page of the sandbox gateway, ready to be sent. */
export interface Page {
  readonly status: number;
  readonly title: string;
  readonly main: Html;
  /** Where its forms may go: sources of the CSP directive `form-action`. */
  readonly formTargets: string;
  /** Runs at the end of the page. Pages work without it. */
  readonly script?: string;
  readonly headers?: Record<string, string>;
}

/** The page under the band that says TEST, with a policy that lets in nothing but what it holds itself. */
export function pageReply(page: Page): Reply {
  return {
    status: page.status,
    body: documentOf(page).markup,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": policyOf(page),
      ...page.headers,
    },
  };
}

function documentOf({ title, main, script }: Page): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${title}</title>
        ${STYLE_ELEMENT}
      </head>
      <body>
        <p class="test-band">
          <strong>TEST</strong> <span>No money moves here. Never enter a real card.</span>
        </p>
        ${main}
        <footer>Calmony Pay sandbox, a stand-in for the Cardstream gateway</footer>
        ${script === undefined ? undefined : new Html(`<script>${script}</script>`)}
      </body>
    </html> `;
}

/** Nothing on these pages comes from elsewhere: style and script are in the page, named by their hashes. */
function policyOf({ formTargets, script }: Page): string {
  return [
    "default-src 'none'",
    `style-src ${hashSource(STYLE)}`,
    ...(script === undefined ? [] : [`script-src ${hashSource(script)}`]),
    `form-action ${formTargets}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

function hashSource(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}

const STYLE_ELEMENT = new Html(`<style>${STYLE}</style>`);
