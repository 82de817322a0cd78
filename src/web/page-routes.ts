import type { Checkout } from "../checkout/checkout.js";
import { BodyTooLarge, type HttpRequest, type HttpResponse, sendText } from "../lib/http.js";
import { callback } from "./callback.js";
import { DOCS_FILES, docsPage, openApiDocument } from "./docs.js";
import { liveness, readiness } from "./health.js";
import { payUrl, returnUrl } from "./page-urls.js";
import { payPage } from "./pay-page.js";
import { returnPage, statusPage } from "./return-page.js";
import { orUnavailable } from "./unavailable.js";

/** Answers one request. `inPath` is what the path has in brackets: a session's id, a file's name; "" where it has nothing. */
type Handle = (
  checkout: Checkout,
  request: HttpRequest,
  response: HttpResponse,
  inPath: string,
) => Promise<void> | void;

interface PageRoute {
  readonly path: RegExp;
  readonly method: "GET" | "POST";
  readonly handle: Handle;
}

/** No id is longer than 64 characters: nothing longer gets as far as the log. */
const PAY_PATH = /^\/pay\/([^/]{1,64})$/;
const RETURN_PATH = /^\/pay\/([^/]{1,64})\/return$/;

/** What browsers, the gateway and load balancers ask for. */
const PAGE_ROUTES: readonly PageRoute[] = [
  {
    method: "GET",
    path: PAY_PATH,
    handle: (checkout, _, response, id) =>
      orUnavailable(checkout, response, payUrl(checkout, id), payPage(checkout, response, id)),
  },
  {
    method: "GET",
    path: RETURN_PATH,
    handle: (checkout, _, response, id) =>
      orUnavailable(checkout, response, returnUrl(checkout, id), statusPage(checkout, response, id)),
  },
  { method: "POST", path: RETURN_PATH, handle: returnPage },
  { method: "POST", path: /^\/callbacks\/cardstream$/, handle: callback },
  { method: "GET", path: /^\/healthz$/, handle: (_checkout, _request, response) => liveness(response) },
  { method: "GET", path: /^\/readyz$/, handle: (checkout, _, response) => readiness(checkout, response) },
  {
    method: "GET",
    path: /^\/openapi\.json$/,
    handle: (_checkout, request, response) => openApiDocument(request, response),
  },
  {
    method: "GET",
    path: /^\/docs\/?$/,
    handle: (_checkout, request, response) => docsPage(request, response),
  },
  { method: "GET", path: /^\/docs\/([^/]+)$/, handle: docsFile },
];

async function docsFile(
  _: Checkout,
  request: HttpRequest,
  response: HttpResponse,
  name: string,
): Promise<void> {
  const file = DOCS_FILES.get(name);
  if (file === undefined) sendText(response, 404, "There is no such file.");
  else await file(request, response);
}

/** Answers a request for one of the pages. False where the address is none of them: nothing was answered then. */
export async function answerPage(
  checkout: Checkout,
  request: HttpRequest,
  response: HttpResponse,
  path: string,
): Promise<boolean> {
  const routes = PAGE_ROUTES.filter((route) => route.path.test(path));
  const method = request.method === "HEAD" ? "GET" : request.method;
  const route = routes.find((candidate) => candidate.method === method);
  if (route !== undefined) await answer(route, checkout, request, response, path);
  else if (routes.length > 0) refuseMethod(response, routes);
  return routes.length > 0;
}

async function answer(
  route: PageRoute,
  checkout: Checkout,
  request: HttpRequest,
  response: HttpResponse,
  path: string,
): Promise<void> {
  try {
    // An id holds no character that is ever escaped, so an escaped one is no session's.
    await route.handle(checkout, request, response, route.path.exec(path)?.[1] ?? "");
  } catch (error) {
    if (!(error instanceof BodyTooLarge)) throw error;
    response.setHeader("connection", "close"); // The rest of the body is not read.
    sendText(response, 413, error.message);
  }
}

function refuseMethod(response: HttpResponse, routes: readonly PageRoute[]): void {
  response.setHeader("allow", routes.map(({ method }) => method).join(", "));
  sendText(response, 405, "This address does not take that method.");
}
