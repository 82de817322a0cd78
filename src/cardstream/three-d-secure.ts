import { type Field, fieldText, textField } from "./fields.js";
import { parseUrl } from "../lib/hosts/parse-url.js";

/** What the shopper's browser carries to the card's issuer (Cardstream guide 5.4). */
export interface Challenge {
  /** Names the authentication to the gateway. No browser sees it. */
  readonly ref: string;
  /** Where the issuer's page is. */
  readonly url: string;
  /** What is posted there, as the gateway gave it. */
  readonly request: readonly Field[];
}

/** The challenge of an answer. Undefined where a part of it is missing, or its address is none for a browser. */
export function readChallenge(fields: readonly Field[], isLive: boolean): Challenge | undefined {
  const ref = fieldText(fields, "threeDSRef");
  const url = webAddress(fieldText(fields, "threeDSURL"), isLive);
  const request = fields.flatMap(([name, value]): Field[] => {
    const [, first = "", rest = ""] = IN_REQUEST.exec(name) ?? [];
    return first === "" ? [] : [[`${first}${rest}`, value]];
  });
  return ref === "" || url === undefined || request.length === 0 ? undefined : { ref, url, request };
}

const IN_REQUEST = /^threeDSRequest\[([^[\]]+)\]((?:\[[^[\]]*\])*)$/;

/**
 * True where the issuer only looks at the browser, in a frame that nobody sees: the one part of a challenge that says
 * what it is.
 */
export function isDeviceMethod({ request }: Challenge): boolean {
  return request.some(([name]) => name === METHOD_DATA);
}

/** The answer for a browser that the issuer has not looked at within ten seconds. */
export const METHOD_TIMED_OUT: Field = ["threeDSMethodData", "timeout"];

const METHOD_DATA = METHOD_TIMED_OUT[0];

/** The fields that carry an authentication on, with what the issuer has posted to the shopper's browser. */
export function continuationFields({ ref, response, browser, callbackUrl }: Continuation): Field[] {
  return [
    ["threeDSRef", ref],
    ["callbackURL", callbackUrl],
    ...browser,
    ...response.map(([name, value]): Field => [inResponse(name), value]),
  ];
}

/** How an authentication goes on. */
export interface Continuation {
  readonly ref: string;
  /** What the issuer has posted to the shopper's browser. */
  readonly response: readonly Field[];
  /** What is known of that browser, see `browserFields`. */
  readonly browser: readonly Field[];
  readonly callbackUrl: string;
}

/** What a browser says of itself with each request. */
export interface BrowserHeaders {
  readonly userAgent: string | undefined;
  readonly accept: string | undefined;
  readonly language: string | undefined;
  readonly encoding: string | undefined;
}

/** What the issuer wants to know of the shopper's browser (guide 5.5); it decides by that whether it asks for more. */
export function browserFields(headers: BrowserHeaders, remoteAddress: string | undefined): Field[] {
  const fields = [
    ["deviceChannel", "browser"],
    ["deviceIdentity", headers.userAgent],
    ["deviceAcceptContent", headers.accept],
    ["deviceAcceptLanguage", headers.language],
    ["deviceAcceptEncoding", headers.encoding],
    ["remoteAddress", remoteAddress],
  ] as const;
  return fields.flatMap(([name, text]) => textField(name, text?.slice(0, HEADER_LENGTH_MAX)));
}

/** Longer than a browser's own; nobody else's business. */
const HEADER_LENGTH_MAX = 500;

function inResponse(name: string): string {
  const bracket = name.indexOf("[");
  return bracket === -1
    ? `threeDSResponse[${name}]`
    : `threeDSResponse[${name.slice(0, bracket)}]${name.slice(bracket)}`;
}

/** An absolute address without user and password; of a live payment only one that is encrypted. */
function webAddress(text: string, isLive: boolean): string | undefined {
  const url = parseUrl(text);
  if (url === undefined) return undefined;
  const { protocol, username, password, href } = url;
  const isWeb = protocol === "https:" || (protocol === "http:" && !isLive);
  return isWeb && username === "" && password === "" ? href : undefined;
}
