import type { IncomingHttpHeaders } from "node:http";

import { answerDirect } from "./direct/direct.js";
import { answerFaults, storeFaults } from "./faults/merchant-faults.js";
import { leaveAcs, openAcs, openAcsMethod } from "./hosted/acs.js";
import { openPage } from "./hosted/open-page.js";
import { pageReply } from "./pages/layout.js";
import type { SandboxContext } from "./protocol/context.js";
import { payPage, showPage } from "./hosted/hosted-page.js";
import { registerAccounts } from "./register-accounts.js";
import type { Reply } from "./protocol/reply.js";
import { searchTransactions } from "./search/search-transactions.js";
import { settle } from "./hosted/settle.js";

/** A request as the sandbox's handlers read it. */
export interface SandboxRequest {
  readonly body: Buffer;
  /** The id in the path, "" if it has none. */
  readonly id: string;
  /** The parsed query string, and the headers by lower-case name. */
  readonly search: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
}

/** One address of the gateway. */
export interface Route {
  readonly path: RegExp;
  /** GET answers HEAD as well. */
  readonly method: "GET" | "POST" | "PUT";
  /** Who reads an error: people get a page. */
  readonly audience: "people" | "programs";
  answer(parts: SandboxContext, request: SandboxRequest): Promise<Reply>;
}

const PAGE = /^\/hosted\/(hpp_[0-9A-Za-z]{1,60})$/;

const ROUTES: readonly Route[] = [
  {
    method: "POST",
    // The modal page is this one in a frame, and the form with an address of its own is this one.
    path: /^\/(hosted|hosted\/modal|paymentform)\/$/,
    audience: "people",
    answer: async (parts, { body }) => pageReply(await openPage(parts, body)),
  },
  {
    method: "GET",
    path: PAGE,
    audience: "people",
    answer: async (parts, { id }) => pageReply(await showPage(parts, id)),
  },
  {
    method: "POST",
    path: PAGE,
    audience: "people",
    answer: async (parts, { body, id }) => pageReply(await payPage(parts, id, body)),
  },
  {
    method: "POST",
    path: /^\/hosted\/(hpp_[0-9A-Za-z]{1,60})\/challenge$/,
    audience: "people",
    answer: async (parts, { body, id }) => pageReply(await leaveAcs(parts, id, body)),
  },
  {
    method: "POST",
    path: /^\/acs\/$/,
    audience: "people",
    answer: async (parts, { body }) => pageReply(await openAcs(parts, body)),
  },
  {
    method: "POST",
    path: /^\/acs\/method$/,
    audience: "people",
    answer: async (parts, { body }) => pageReply(await openAcsMethod(parts, body)),
  },
  {
    method: "POST",
    path: /^\/direct\/$/,
    audience: "programs",
    answer: (parts, { body }) => answerDirect(parts, body),
  },
  {
    method: "GET",
    path: /^\/rest\/transactions\/?$/,
    audience: "programs",
    answer: (parts, { search, headers }) => searchTransactions(parts, search, headers),
  },
  {
    method: "POST",
    path: /^\/settle$/,
    audience: "programs",
    answer: (parts, { body }) => settle(parts, body),
  },
  {
    method: "PUT",
    path: /^\/faults$/,
    audience: "programs",
    answer: (parts, { body }) => answerFaults(parts, body),
  },
  {
    method: "POST",
    path: /^\/faults$/,
    audience: "programs",
    answer: (parts, { body }) => storeFaults(parts, body),
  },
  {
    method: "PUT",
    path: /^\/accounts$/,
    audience: "programs",
    answer: (parts, { body, headers }) => registerAccounts(parts, headers, body),
  },
];

/**
 * Undefined for an unknown address; without `route` if the address does not accept the method, with those it
 * accepts in `allow`.
 */
export function findRoute(
  path: string,
  method: string,
): (Pick<Route, "audience"> & { readonly route: Route | undefined; readonly allow: string }) | undefined {
  const routes = ROUTES.filter((route) => route.path.test(path));
  const [first] = routes;
  if (first === undefined) return undefined;
  const wanted = method === "HEAD" ? "GET" : method;
  const allow = routes.map((route) => (route.method === "GET" ? "GET, HEAD" : route.method)).join(", ");
  return { route: routes.find((route) => route.method === wanted), allow, audience: first.audience };
}
