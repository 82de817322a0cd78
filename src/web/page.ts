import { createHash } from "node:crypto";

import { html, Html } from "../lib/html.js";
import { type HttpResponse, send } from "../lib/http.js";

/** One page that a shopper sees on the way. */
export interface Page {
  readonly status: number;
  readonly title: string;
  readonly body: Html;
  /** The only script of the page, run as it stands. */
  readonly script?: string;
  /** The origin that the page's form may post to; none by default. */
  readonly formAction?: string;
}

/** Sends a page: no store, no referrer, no frame, and a Content-Security-Policy that allows just what is on it. */
export function sendPage(response: HttpResponse, page: Page): void {
  send(response, page.status, document(page).markup, {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": policy(page),
  });
}

function policy({ script, formAction }: Page): string {
  return [
    "default-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    `form-action ${formAction ?? "'none'"}`,
    `style-src ${hashSource(STYLE)}`,
    ...(script === undefined ? [] : [`script-src ${hashSource(script)}`]),
  ].join("; ");
}

function hashSource(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}

function document({ title, body, script }: Page): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${title}</title>
        <style>
          ${new Html(STYLE)}
        </style>
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          ${body}
        </main>
        ${script === undefined ? undefined : new Html(`<script>${script}</script>`)}
      </body>
    </html> `;
}

const STYLE = `
:root { color-scheme: light dark; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: #f4f5f7; color: #1c2434;
  font: 16px/1.5 system-ui, sans-serif; }
main { box-sizing: border-box; width: min(28rem, calc(100vw - 2rem)); padding: 2rem; border-radius: 12px;
  background: #fff; box-shadow: 0 1px 3px rgb(0 0 0 / 12%), 0 8px 24px rgb(0 0 0 / 6%); text-align: center; }
h1 { margin: 0 0 .75rem; font-size: 1.25rem; }
p { margin: .5rem 0; color: #4a5468; }
button, .button { display: inline-block; margin-top: 1rem; padding: .7rem 1.4rem; border: 0; border-radius: 8px;
  background: #1f5fe0; color: #fff; font: inherit; font-weight: 600; text-decoration: none; cursor: pointer; }
button:focus-visible, .button:focus-visible { outline: 3px solid #9dbcff; outline-offset: 2px; }
@media (prefers-color-scheme: dark) {
  body { background: #12161f; color: #eef1f6; }
  main { background: #1c2230; box-shadow: none; }
  p { color: #b4bdcc; }
}
`;
