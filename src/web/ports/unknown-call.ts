import type { HttpRequest, HttpResponse } from "../../lib/http.js";
import { send } from "../../lib/http.js";
import { sendFailure } from "../answers/failure.js";

/**
 * Answers what no face knows. A call of a service that does not exist is refused in its own protocol, so that
 * its client can read why; everything else is told that there is nothing at this address.
 */
export function answerUnknownCall(request: HttpRequest, response: HttpResponse): void {
  const path = (request.url ?? "").split("?", 1)[0] ?? "";
  const message = "There is no such service or method.";
  const type = mediaType(request.headers["content-type"] ?? "");
  if (GRPC.test(type)) return refuseGrpc(response, type, message);
  if (!isConnect(request, path)) return sendFailure(response, "path_unknown", NOTHING_HERE);
  send(response, 404, JSON.stringify({ code: "unimplemented", message }), {
    "content-type": "application/json",
  });
}

const NOTHING_HERE = "There is nothing at this address.";

/** gRPC, and gRPC-Web in both of its forms. */
const GRPC = /^application\/grpc(-web(-text)?)?(\+[\w.-]+)?$/;

function mediaType(contentType: string): string {
  return (contentType.split(";", 1)[0] ?? "").trim().toLowerCase();
}

/** The status stands in the headers, since there are no messages (`Trailers-Only`). */
function refuseGrpc(response: HttpResponse, type: string, message: string): void {
  send(response, 200, "", { "content-type": type, "grpc-status": "12", "grpc-message": message });
}

/** By what its clients send, or by the look of the address: a service with its package, and a method. */
function isConnect({ method, url = "", headers }: HttpRequest, path: string): boolean {
  if (headers["connect-protocol-version"] !== undefined || /[?&]connect=v1(&|$)/.test(url)) return true;
  const type = mediaType(headers["content-type"] ?? "");
  return method === "POST" && CONNECT.test(type) && /^\/[\w.]+\.\w+\/\w+$/.test(path);
}

const CONNECT = /^application\/(connect\+)?(json|proto)$/;
