import { readFile } from "node:fs/promises";

import { html } from "../lib/html.js";
import { type HttpResponse, send, sendText } from "../lib/http.js";

/** `GET /openapi.json`: the merchants' API for programs. */
export async function openApiDocument(response: HttpResponse): Promise<void> {
  const document = await textOf(import.meta.resolve("#openapi.json"));
  send(response, 200, document, { "content-type": "application/json" });
}

/** `GET /docs`: the same for people. Swagger UI draws it in the browser, which may ask nobody but this service. */
export function docsPage(response: HttpResponse): void {
  send(response, 200, PAGE.markup, {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": POLICY,
  });
}

/** `GET /docs/{name}`: what the page is made of. */
export async function docsFile(response: HttpResponse, name: string): Promise<void> {
  const file = FILES.get(name);
  if (file === undefined) return sendText(response, 404, "There is no such file.");
  const headers = { "content-type": file.type, "cache-control": `max-age=${KEPT_S}` };
  send(response, 200, await file.read(), headers);
}

/** The viewer has two megabytes, and changes with a release at most. */
const KEPT_S = 3600;

/** The viewer has its icons in its style sheet, as `data:`. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const PAGE = html`<!doctype html>
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <title>Calmony Pay API</title>
      <link rel="icon" href="data:," />
      <link rel="stylesheet" href="/docs/swagger-ui.css" />
      <link rel="stylesheet" href="/docs/start.css" />
    </head>
    <body>
      <div id="api"></div>
      <script src="/docs/swagger-ui-bundle.js"></script>
      <script src="/docs/start.js"></script>
    </body>
  </html> `;

/** Without `validatorUrl: null` the viewer would send the document's address to a service of its makers. */
const START = `SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#api",
  presets: [SwaggerUIBundle.presets.apis],
  deepLinking: true,
  validatorUrl: null,
});
`;

/** Makes the viewer fit on a telephone: without its column for links, of which there are none, and with long names broken. */
const STYLE = `body { margin: 0; }
.swagger-ui .response-col_links { display: none; }
.swagger-ui .opblock-tag { flex-wrap: wrap; }
.swagger-ui .opblock-tag small { flex: 1 1 30rem; }
.swagger-ui .json-schema-2020-12__title { overflow-wrap: anywhere; }
`;

const CSS = "text/css; charset=utf-8";
const SCRIPT = "text/javascript; charset=utf-8";

const FILES = new Map([
  ["start.css", { type: CSS, read: () => Promise.resolve(STYLE) }],
  ["start.js", { type: SCRIPT, read: () => Promise.resolve(START) }],
  [
    "swagger-ui.css",
    { type: CSS, read: () => textOf(import.meta.resolve("swagger-ui-dist/swagger-ui.css")) },
  ],
  [
    "swagger-ui-bundle.js",
    { type: SCRIPT, read: () => textOf(import.meta.resolve("swagger-ui-dist/swagger-ui-bundle.js")) },
  ],
]);

async function textOf(url: string): Promise<string> {
  return await readFile(new URL(url), "utf8");
}
