import type { HttpRequest, HttpResponse } from "../../lib/http.js";
import { send } from "../../lib/http.js";
import { sendFailure, sendFailurePage, wantsPage } from "../answers/failure.js";

/**
 * Answers a request that no protocol handler takes. A call of an unknown service is refused in its own
 * protocol, so that its client can read the error; every other request gets `path_unknown`, a browser as a page.
 */
export function answerUnknownCall(request: HttpRequest, response: HttpResponse): void {
  const path = (request.url ?? "").split("?", 1)[0] ?? "";
  const message = "There is no such service or method.";
  const type = mediaType(request.headers["content-type"] ?? "");
  if (GRPC.test(type)) return refuseGrpc(response, type, message);
  if (!isConnect(request, path)) {
    const fail = wantsPage(request) ? sendFailurePage : sendFailure;
    return fail(response, "path_unknown", NOTHING_HERE);
  }
  send(response, 404, JSON.stringify({ code: "unimplemented", message }), {
    "content-type": "application/json",
  });
}

const NOTHING_HERE = "There is nothing at this address.";

/** gRPC, and gRPC-Web in its binary and text forms. */
const GRPC = /^application\/grpc(-web(-text)?)?(\+[\w.-]+)?$/;

function mediaType(contentType: string): string {
  return (contentType.split(";", 1)[0] ?? "").trim().toLowerCase();
}

/** A `Trailers-Only` response: status in the headers, no messages. */
function refuseGrpc(response: HttpResponse, type: string, message: string): void {
  send(response, 200, "", { "content-type": type, "grpc-status": "12", "grpc-message": message });
}

/**
 * Recognizes Connect by its clients' headers and query, or by the content type and a path of service and
 * method.
 */
function isConnect({ method, url = "", headers }: HttpRequest, path: string): boolean {
  if (headers["connect-protocol-version"] !== undefined || /[?&]connect=v1(&|$)/.test(url)) return true;
  const type = mediaType(headers["content-type"] ?? "");
  return method === "POST" && CONNECT.test(type) && /^\/[\w.]+\.\w+\/\w+$/.test(path);
}

const CONNECT = /^application\/(connect\+)?(json|proto)$/;
