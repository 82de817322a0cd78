import type { IncomingHttpHeaders } from "node:http";

/**
 * The token of a request to the REST interface, "" if it has none. It is sent in a header of its own, under a
 * scheme of its own, or as the password of HTTP Basic with the user `__token__`.
 *
 * The original also accepts a person's name and password; the sandbox has no such users, so with any user
 * name the password has to be the token.
 */
export function tokenIn(headers: IncomingHttpHeaders): string {
  const own = headers["x-p3-token"];
  if (typeof own === "string") return own;
  const [scheme = "", credentials = ""] = (headers.authorization ?? "").split(" ");
  if (scheme.toLowerCase() === "x-p3-token") return credentials;
  if (scheme.toLowerCase() !== "basic") return "";
  const pair = Buffer.from(credentials, "base64").toString("utf8");
  return pair.slice(pair.indexOf(":") + 1);
}
