import { isDatabaseAway } from "../db/database-errors.js";
import { BodyBrokenOff, BodyTooLarge, type HttpRequest, type HttpResponse, readBody } from "../lib/http.js";
import { INTERNAL_ERROR, MALFORMED_REQUEST } from "./faults.js";
import { openPage } from "./open-page.js";
import type { SandboxParts } from "./parts.js";
import { faultPage, notFoundPage, tooLargePage, wrongMethodPage } from "./pages/fault-page.js";
import { type Page, sendPage } from "./pages/layout.js";
import { payPage, showPage } from "./pay-page.js";

/** A stand-in for the gateway's hosted endpoint. */
export interface Sandbox {
  /** Answers every request whose path lies below `basePath`. Never rejects. */
  handle(request: HttpRequest, response: HttpResponse): Promise<void>;
  /** Waits for the payments under way: as long as a callback may take. To be called before the database is closed. */
  close(): Promise<void>;
}

/**
 * Makes a stand-in for Cardstream's hosted payment page. It is spoken to over HTTP only: forms come in at
 * `<base>/hosted/`, results leave by callback and by the shopper's browser, each signed by the account's secret.
 */
export function createSandbox(parts: SandboxParts): Sandbox {
  const underWay = new Set<Promise<Page>>();
  const tracked = async (work: Promise<Page>): Promise<Page> => {
    underWay.add(work);
    try {
      return await work;
    } finally {
      underWay.delete(work);
    }
  };
  return {
    async handle(request, response) {
      sendPage(response, await pageFor(parts, request, tracked));
    },
    async close() {
      await Promise.allSettled(underWay);
    },
  };
}

/** A form of the most fields and longest texts that are of use has about half of this. */
const BODY_BYTES_MAX = 64 * 1024;

async function pageFor(
  parts: SandboxParts,
  request: HttpRequest,
  tracked: (work: Promise<Page>) => Promise<Page>,
): Promise<Page> {
  try {
    const pageId = pageIdOf(request.url ?? "", parts.basePath);
    if (pageId === undefined) return notFoundPage;
    const reads = request.method === "GET" || request.method === "HEAD";
    if (reads && pageId !== "") return await showPage(parts, pageId);
    if (request.method !== "POST") return wrongMethodPage(pageId === "" ? "POST" : "GET, HEAD, POST");
    const body = await readBody(request, BODY_BYTES_MAX);
    return await tracked(pageId === "" ? openPage(parts, body) : payPage(parts, pageId, body));
  } catch (error) {
    if (error instanceof BodyTooLarge) return tooLargePage;
    if (error instanceof BodyBrokenOff) return faultPage(MALFORMED_REQUEST);
    parts.log.error({ err: error }, "sandbox: a request failed");
    return faultPage(INTERNAL_ERROR, isDatabaseAway(error) ? 503 : 500);
  }
}

/** "" for the address that takes merchants' forms, the id for a card page, undefined for any other path. */
function pageIdOf(url: string, basePath: string): string | undefined {
  const path = url.split("?")[0] ?? "";
  if (!path.startsWith(`${basePath}/hosted/`)) return undefined;
  const rest = path.slice(`${basePath}/hosted/`.length);
  return rest === "" || /^hpp_[0-9A-Za-z]{1,60}$/.test(rest) ? rest : undefined;
}
