import { Refusal } from "./refusal.js";

/** The merchant writes this where the session's id is to be inserted. */
const PLACEHOLDER = "{CHECKOUT_SESSION_ID}";

/**
 * The address to redirect a browser to: the merchant's URL with the session's id inserted, then normalised.
 * The stored URL stays as given.
 */
export function redirectUrl(template: string, sessionId: string): string {
  return new URL(template.replaceAll(PLACEHOLDER, sessionId)).href;
}

/** Throws a Refusal naming `param` unless the text is an absolute http or https URL without user or password. */
export function checkRedirectUrl(template: string, param: string): void {
  const filled = template.replaceAll(PLACEHOLDER, "cs_0");
  if (!isWebUrl(filled)) {
    throw new Refusal("URL_INVALID", `${param} must be an absolute http or https URL.`, param);
  }
  if (namesSomebody(filled)) {
    throw new Refusal("URL_INVALID", `${param} must not hold a user name or password.`, param);
  }
}

function isWebUrl(text: string): boolean {
  // The URL parser alone would accept `https:shop.example`, and silently drop line feeds and tabs.
  return /^https?:\/\/[^/?#\\]/i.test(text) && !/[\s\p{Cc}]/u.test(text) && URL.canParse(text);
}

/** A user name or password precedes an `@`: most URLs have none, and need not be parsed. */
function namesSomebody(url: string): boolean {
  if (!url.includes("@")) return false;
  const { username, password } = new URL(url);
  return username !== "" || password !== "";
}
