/**
 * Starts the viewer, Swagger UI.
 *
 * The calls of the page go to where the page came from: the document's server is the public URL, which may be another
 * name of this service, and the page's policy lets it reach no other origin.
 *
 * The viewer shows one way to do a thing: bodies as JSON, since it writes no brackets into forms, and the key as a
 * token.
 *
 * A test key is kept for the tab, so that it survives a reload; a live key is never kept.
 *
 * Without `validatorUrl: null`, Swagger UI sends the document's address to a service of its makers.
 */
export const START = `"use strict";
const openapi = new URL("../openapi.json", document.currentScript.src);
const base = new URL(".", openapi).href.replace(/\\/$/, "");
const KEPT = "calmony-pay.test-key";

const keepTestKey = () => ({
  statePlugins: { auth: { wrapActions: {
    authorize: (authorize) => (keys) => {
      const key = String(keys.api_key?.value ?? "").trim();
      if (key.startsWith("sk_test_")) sessionStorage.setItem(KEPT, key);
      else sessionStorage.removeItem(KEPT);
      return authorize(keys);
    },
    logout: (logout) => (names) => {
      sessionStorage.removeItem(KEPT);
      return logout(names);
    },
  } } },
});

// The viewer puts links inside buttons, which no screen reader can reach.
const plainHeadings = ({ React }) => ({
  wrapComponents: { DeepLink: () => ({ text }) => React.createElement("span", null, text) },
});

// What the viewer draws without a name, or so that the keyboard cannot reach it.
const NAMES = { ".close-modal": "Close", "textarea.body-param__text": "Request body" };
function repair() {
  for (const [selector, name] of Object.entries(NAMES))
    for (const element of document.querySelectorAll(selector)) element.setAttribute("aria-label", name);
  for (const row of document.querySelectorAll("tr[data-param-name]"))
    for (const element of row.querySelectorAll("input, select, textarea"))
      element.setAttribute("aria-label", row.dataset.paramName);
  for (const element of document.querySelectorAll(".modal-btn.authorize")) element.removeAttribute("aria-label");
  for (const element of document.querySelectorAll("pre.microlight")) element.tabIndex = 0;
}
new MutationObserver(repair).observe(document.querySelector("#api"), { childList: true, subtree: true });

const dark = matchMedia("(prefers-color-scheme: dark)");
const showTheme = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", showTheme);
showTheme();

const FORM = "application/x-www-form-urlencoded";
function onlyOneWay(spec) {
  for (const methods of Object.values(spec.paths))
    for (const { requestBody } of Object.values(methods)) delete requestBody?.content[FORM];
  delete spec.components.securitySchemes.basic;
  return { ...spec, security: [{ api_key: [] }] };
}

async function start() {
  const answer = await fetch(openapi);
  if (!answer.ok) throw new Error(openapi + " answers " + answer.status);
  const spec = { ...onlyOneWay(await answer.json()), servers: [{ url: base }] };
  const viewer = SwaggerUIBundle({
    spec,
    dom_id: "#api",
    presets: [SwaggerUIBundle.presets.apis],
    plugins: [keepTestKey, plainHeadings],
    deepLinking: true,
    validatorUrl: null,
    onComplete: () => {
      const key = sessionStorage.getItem(KEPT);
      if (key !== null) viewer.preauthorizeApiKey("api_key", key);
    },
  });
}

start().catch((error) => {
  document.querySelector("#api").textContent = "The document could not be loaded: " + error.message;
});
`;

/**
 * Makes the viewer fit on a phone: hides its empty column of links and its choice of one server, and wraps long names.
 * Gives every text a contrast of 4.5 to 1: the viewer's own colours have less.
 */
export const STYLE = `body { margin: 0; }
.swagger-ui .response-col_links, .swagger-ui .scheme-container .schemes .schemes-server-container { display: none; }
.swagger-ui .opblock-tag { flex-wrap: wrap; }
.swagger-ui .opblock-tag small { flex: 1 1 30rem; }
.swagger-ui .json-schema-2020-12__title { overflow-wrap: anywhere; }

.swagger-ui .opblock.opblock-post .opblock-summary-method { background: #16794a; }
.swagger-ui .opblock.opblock-get .opblock-summary-method { background: #1f63b5; }
.swagger-ui .opblock.opblock-delete .opblock-summary-method { background: #c22a2a; }
.swagger-ui .info .title small { background: #5a6172; }
.swagger-ui .info .title small.version-stamp { background: #4b6b00; }
.swagger-ui .btn.execute { background: #2a66b5; border-color: #2a66b5; }
.swagger-ui .download-contents { background: #5a6172; }
.swagger-ui [style*="rgb(211, 99, 99)"] { color: #f4a1a1 !important; }
html:not(.dark-mode) .swagger-ui a.link, html:not(.dark-mode) .swagger-ui .info a { color: #2a5db0; }
html:not(.dark-mode) .swagger-ui .btn.authorize { color: #137a4b; border-color: #137a4b; }
html:not(.dark-mode) .swagger-ui .btn.authorize span { color: #137a4b; }
html:not(.dark-mode) .swagger-ui .btn.authorize svg { fill: #137a4b; }
html:not(.dark-mode) .swagger-ui .json-schema-2020-12-expand-deep-button { color: #595959; }
html:not(.dark-mode) .swagger-ui .parameter__in { color: #5f5f5f; }
html:not(.dark-mode) .swagger-ui .btn.cancel { color: #b3261e; border-color: #b3261e; }
html.dark-mode .swagger-ui .headers td { color: #d8dee9; }
html.dark-mode .swagger-ui .opblock .opblock-section-header .try-out__btn.cancel { color: #ff9b94; border-color: #ff9b94; }
`;
