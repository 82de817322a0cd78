import type { CheckoutContext } from "../../checkout/context.js";
import { basePathOf } from "../../lib/base-url.js";
import type { HttpRequest } from "../../lib/http.js";
import { isPagePath } from "../pages/page-routes.js";

/**
 * Removes the path of the public URL from a request's target: most proxies that serve this service below a path strip
 * it, others do not. A target that is a page's address as it stands is left alone.
 */
export function stripBasePath({ addresses }: CheckoutContext, request: HttpRequest): void {
  const base = basePathOf(addresses.publicUrl);
  const target = request.url ?? "";
  if (base === "" || !isBelow(base, target) || isPagePath(target.split("?", 1)[0] ?? "")) return;
  const rest = target.slice(base.length);
  request.url = rest.startsWith("/") ? rest : `/${rest}`;
}

/** Whether a path, with or without a query, equals `face` or lies below it. */
export function isBelow(face: string, path: string): boolean {
  if (!path.startsWith(face)) return false;
  const next = path.charAt(face.length);
  return next === "" || next === "/" || next === "?";
}
