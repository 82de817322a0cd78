import { readFile } from "node:fs/promises";

import { html } from "../../lib/html.js";
import { type StaticFile, staticFile } from "../answers/static-file.js";

/** Browsers revalidate at each visit (a 304 as a rule), so that a new release shows at once. */
const ASK_AGAIN = "public, no-cache";

/** The viewer's two megabytes change with a release at most. */
const KEPT_FOR_AN_HOUR = "public, max-age=3600";

/** `GET /openapi.json`: the OpenAPI document of the merchants' API. */
export const openApiDocument: StaticFile = staticFile({
  type: "application/json",
  cacheControl: ASK_AGAIN,
  read: () => fileOf(import.meta.resolve("#openapi.json")),
});

/** The viewer's style sheet has its icons as `data:` URLs. */
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

/** `files` leads from the page to its parts: a proxy may serve it below a path that this service never sees. */
const page = (files: "docs/" | "") =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Calmony Pay API</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="${files}swagger-ui.css" />
        <link rel="stylesheet" href="${files}start.css" />
      </head>
      <body>
        <div id="api"></div>
        <script src="${files}swagger-ui-bundle.js"></script>
        <script src="${files}start.js"></script>
      </body>
    </html> `;

/** Without `validatorUrl: null`, Swagger UI sends the document's address to a service of its makers. */
const START = `SwaggerUIBundle({
  url: new URL("../openapi.json", document.currentScript.src).href,
  dom_id: "#api",
  presets: [SwaggerUIBundle.presets.apis],
  deepLinking: true,
  validatorUrl: null,
});
`;

/** Makes the viewer fit on a phone: hides its empty column of links, and wraps long names. */
const STYLE = `body { margin: 0; }
.swagger-ui .response-col_links { display: none; }
.swagger-ui .opblock-tag { flex-wrap: wrap; }
.swagger-ui .opblock-tag small { flex: 1 1 30rem; }
.swagger-ui .json-schema-2020-12__title { overflow-wrap: anywhere; }
`;

/** `GET /docs`: the OpenAPI document for people, drawn by Swagger UI. The page may load from this service only. */
export const docsPage = documentPage("docs/");

/** `GET /docs/`: the page at this address, from which its parts have other relative addresses. */
export const docsFolderPage = documentPage("");

function documentPage(files: "docs/" | ""): StaticFile {
  return staticFile({
    type: "text/html; charset=utf-8",
    cacheControl: ASK_AGAIN,
    headers: { "content-security-policy": POLICY },
    read: () => Promise.resolve(Buffer.from(page(files).markup)),
  });
}

const CSS = "text/css; charset=utf-8";
const SCRIPT = "text/javascript; charset=utf-8";

/** `GET /docs/{name}`: scripts and style sheets of the page. */
export const DOCS_FILES: ReadonlyMap<string, StaticFile> = new Map([
  ["start.css", part(CSS, () => Promise.resolve(Buffer.from(STYLE)))],
  ["start.js", part(SCRIPT, () => Promise.resolve(Buffer.from(START)))],
  ["swagger-ui.css", part(CSS, () => fileOf(import.meta.resolve("swagger-ui-dist/swagger-ui.css")))],
  [
    "swagger-ui-bundle.js",
    part(SCRIPT, () => fileOf(import.meta.resolve("swagger-ui-dist/swagger-ui-bundle.js"))),
  ],
]);

function part(type: string, read: () => Promise<Buffer>): StaticFile {
  return staticFile({ type, cacheControl: KEPT_FOR_AN_HOUR, read });
}

async function fileOf(url: string): Promise<Buffer> {
  return await readFile(new URL(url));
}
