import { readFile } from "node:fs/promises";

import { createCache } from "../../lib/cache.js";
import { html } from "../../lib/html.js";
import { type StaticFile, staticFile } from "../answers/static-file.js";
import { START, STYLE } from "./docs-viewer.js";

/** Browsers revalidate at each visit (a 304 as a rule), so that a new release shows at once. */
const ASK_AGAIN = "public, no-cache";

/** The viewer's two megabytes change with a release at most. */
const KEPT_FOR_AN_HOUR = "public, max-age=3600";

/** `GET /openapi.json`: the OpenAPI document of the merchants' API, with the service's public URL as its server. */
export function openApiDocument(publicUrl: string): StaticFile {
  const known = documents.get(publicUrl);
  if (known !== undefined) return known;
  const document = staticFile({
    type: "application/json",
    cacheControl: ASK_AGAIN,
    headers: { "access-control-allow-origin": "*" }, // It is public, and tools in browsers read it.
    read: () => documentOf(publicUrl),
  });
  documents.set(publicUrl, document);
  return document;
}

/** One service has one URL; a process of the tests has many services. */
const documents = createCache<string, StaticFile>({ max: 10 });

async function documentOf(publicUrl: string): Promise<Buffer> {
  const text = (await fileOf(import.meta.resolve("#openapi.json"))).toString();
  const document = JSON.parse(text) as { readonly servers: readonly object[] };
  const servers = document.servers.map((server) => ({ ...server, url: publicUrl }));
  return Buffer.from(JSON.stringify({ ...document, servers }));
}

/** The viewer's style sheet has its icons as `data:` URLs. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
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
        <link rel="icon" href="${files === "" ? "../" : ""}favicon.ico" />
        <link rel="stylesheet" href="${files}swagger-ui.css" />
        <link rel="stylesheet" href="${files}start.css" />
      </head>
      <body>
        <div id="api">
          <noscript>
            <p>
              This page needs scripts. Without them, read the OpenAPI document
              <a href="${files === "" ? "../" : ""}openapi.json">openapi.json</a>.
            </p>
          </noscript>
        </div>
        <script src="${files}swagger-ui-bundle.js"></script>
        <script src="${files}start.js"></script>
      </body>
    </html> `;

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
