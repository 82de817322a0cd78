import { isDatabaseAway } from "../db/engine/database-errors.js";
import { BodyBrokenOff, BodyTooLarge, type HttpRequest, type HttpResponse, readBody } from "../lib/http.js";
import { workInTurn } from "../web/connections/large-body.js";
import { pathOf } from "../web/ports/listener.js";
import { INTERNAL_ERROR, MALFORMED_REQUEST } from "./protocol/faults.js";
import { faultPage, notFoundPage, tooLargePage, wrongMethodPage } from "./pages/fault-page.js";
import { pageReply } from "./pages/layout.js";
import { createDelayedTasks } from "./protocol/delayed-tasks.js";
import type { SandboxOptions, SandboxContext } from "./protocol/context.js";
import { type Reply, textReply } from "./protocol/reply.js";
import { findRoute, type Route } from "./routes.js";
import { keepSweeping } from "./sweep.js";

/** A stand-in for the gateway, over HTTP. */
export interface Sandbox {
  /** Answers every request whose path is below `basePath`. Never rejects. */
  handle(request: HttpRequest, response: HttpResponse): Promise<void>;
  /**
   * Waits for payments under way, for as long as a callback may take. Delayed callbacks are dropped. To be
   * called before the database is closed.
   */
  close(): Promise<void>;
}

/**
 * Makes a stand-in for Cardstream's gateway, used over HTTP only: shoppers post forms to `<base>/hosted/` and
 * their results go out by callback and browser; merchants' servers call `<base>/direct/`. Every message is
 * signed with the account's secret.
 */
export function createSandbox(options: SandboxOptions): Sandbox {
  const later = createDelayedTasks();
  const sweeping = keepSweeping(options);
  const parts = { ...options, later };
  const underWay = new Set<Promise<Reply>>();
  const tracked = async (work: Promise<Reply>): Promise<Reply> => {
    underWay.add(work);
    try {
      return await work;
    } finally {
      underWay.delete(work);
    }
  };
  return {
    async handle(request, response) {
      const reply = await replyFor(parts, request, response, tracked);
      reply(response);
    },
    async close() {
      await Promise.allSettled(underWay);
      await Promise.all([later.close(), sweeping.stop()]);
    },
  };
}

/** About twice the size of a form with the most fields and the longest useful texts. */
const BODY_BYTES_MAX = 64 * 1024;

async function replyFor(
  parts: SandboxContext,
  request: HttpRequest,
  response: HttpResponse,
  tracked: (work: Promise<Reply>) => Promise<Reply>,
): Promise<Reply> {
  const path = pathBelow(pathOf(request) ?? "", parts.basePath);
  const found = findRoute(path, request.method ?? "");
  if (found === undefined) return pageReply(notFoundPage);
  const { route, allow, audience } = found;
  if (route === undefined) return wrongMethod(audience, allow);
  try {
    const body = route.method === "GET" ? Buffer.alloc(0) : await readBody(request, BODY_BYTES_MAX);
    const search = new URLSearchParams((request.url ?? "").split("?")[1]);
    const id = route.path.exec(path)?.[1] ?? "";
    const { headers } = request;
    return await tracked(
      workInTurn(response, body, () => route.answer(parts, { body, id, search, headers })),
    );
  } catch (error) {
    return failure(parts, route, error);
  }
}

function wrongMethod(audience: Route["audience"], allow: string): Reply {
  if (audience === "people") return pageReply(wrongMethodPage(allow));
  return textReply(405, `This address takes ${allow}.`, { allow });
}

function failure({ log }: SandboxContext, { audience }: Route, error: unknown): Reply {
  const toPrograms = audience === "programs";
  if (error instanceof BodyTooLarge) {
    return toPrograms ? textReply(413, error.message, { connection: "close" }) : pageReply(tooLargePage);
  }
  if (error instanceof BodyBrokenOff) return pageReply(faultPage(MALFORMED_REQUEST));
  log.error({ err: error }, "sandbox: a request failed");
  const status = isDatabaseAway(error) ? 503 : 500;
  const { responseCode, responseMessage } = INTERNAL_ERROR;
  if (toPrograms) return textReply(status, `${responseCode} ${responseMessage}`);
  return pageReply(faultPage(INTERNAL_ERROR, status));
}

/** "" if the path is not below the base. */
function pathBelow(path: string, basePath: string): string {
  return path.startsWith(`${basePath}/`) ? path.slice(basePath.length) : "";
}
