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
  const url = parse(template);
  if (url === undefined) {
    throw new Refusal("URL_INVALID", `${param} must be an absolute http or https URL.`, param);
  }
  if (url.username !== "" || url.password !== "") {
    throw new Refusal("URL_INVALID", `${param} must not hold a user name or password.`, param);
  }
}

function parse(template: string): URL | undefined {
  // `new URL` alone would accept `https:shop.example`, and drop line feeds and tabs in silence.
  if (!/^https?:\/\/[^/?#\\]/i.test(template) || /[\s\p{Cc}]/u.test(template)) return undefined;
  const filled = template.replaceAll(PLACEHOLDER, "cs_0");
  return URL.canParse(filled) ? new URL(filled) : undefined;
}
