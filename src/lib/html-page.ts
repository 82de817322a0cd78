import { createHash } from "node:crypto";

import { createCache } from "./cache.js";
import { Html, html } from "./html.js";
import { type HttpResponse, send } from "./http.js";

/** A self-contained page for a browser: style and script are inline, and it loads nothing. */
export interface WebPage {
  readonly status: number;
  readonly title: string;
  readonly body: Html;
  readonly style: string;
  /** Inline script at the end of the page. Every page also works without it. */
  readonly script?: string;
  /** Sources of the CSP directive `form-action`: where the page's forms may be posted. */
  readonly formTargets: string;
  /** Sources of the CSP directive `frame-ancestors`: which pages may show this one in a frame. Default: none. */
  readonly frameAncestors?: string;
  /** Sources of the CSP directive `frame-src`: what the page's frames may load. Default: nothing. */
  readonly frames?: string;
  /** Whether the script may call the page's own origin. Default: no. */
  readonly calls?: boolean;
  readonly headers?: Record<string, string>;
}

/** Sends a page with a Content-Security-Policy that allows its own inline style and script only. */
export function sendWebPage(response: HttpResponse, page: WebPage): void {
  send(response, page.status, documentOf(page).markup, {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": policyOf(page),
    ...page.headers,
  });
}

function documentOf({ title, body, style, script }: WebPage): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${title}</title>
        ${element("style", style)}
      </head>
      <body>
        ${body} ${script === undefined ? undefined : element("script", script)}
      </body>
    </html> `;
}

/** Adds no space around the text: the policy allows the hash of exactly this text. */
function element(name: "style" | "script", text: string): Html {
  return new Html(`<${name}>${text}</${name}>`);
}

function policyOf(page: WebPage): string {
  const { style, script, formTargets, frameAncestors = "'none'", frames, calls = false } = page;
  return [
    "default-src 'none'",
    `style-src ${hashSource(style)}`,
    ...(script === undefined ? [] : [`script-src ${hashSource(script)}`]),
    ...(calls ? ["connect-src 'self'"] : []),
    ...(frames === undefined ? [] : [`frame-src ${frames}`]),
    `form-action ${formTargets}`,
    "base-uri 'none'",
    `frame-ancestors ${frameAncestors}`,
  ].join("; ");
}

function hashSource(text: string): string {
  const known = hashes.get(text);
  if (known !== undefined) return known;
  const source = `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  hashes.set(text, source);
  return source;
}

/** Styles and scripts are constants, a dozen of them: their hashes are worked out once. */
const hashes = createCache<string, string>({ max: 100 });
