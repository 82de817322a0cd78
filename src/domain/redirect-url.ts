import { Refusal } from "./refusal.js";

/** The merchant writes this where the session's id shall stand. */
const PLACEHOLDER = "{CHECKOUT_SESSION_ID}";

/**
 * The address that a browser is sent to: the merchant's URL with the session's id filled in, then normalised.
 * The stored URL stays as it was given.
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
  // A URL's own rules alone would accept `https:shop.example`, and drop line feeds and tabs in silence.
  return /^https?:\/\/[^/?#\\]/i.test(text) && !/[\s\p{Cc}]/u.test(text) && URL.canParse(text);
}

/** Either stands before an `@`: most URLs need not be taken apart to know that they have none. */
function namesSomebody(url: string): boolean {
  if (!url.includes("@")) return false;
  const { username, password } = new URL(url);
  return username !== "" || password !== "";
}
