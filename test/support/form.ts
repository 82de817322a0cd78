import type { Loose } from "./reflection.js";

/** The body of a form that says as much as a JSON object, as Stripe's libraries write it. */
export function formOf(value: Loose): string {
  return partsOf("", value)
    .map(([name, text]) => `${escaped(name)}=${escaped(text)}`)
    .join("&");
}

function partsOf(name: string, value: Loose): [name: string, text: string][] {
  if (value === null || value === undefined) return [[name, ""]];
  if (typeof value !== "object") return [[name, String(value)]];
  const inside = Object.entries<Loose>(value);
  if (inside.length === 0 && name !== "") return [[name, ""]];
  return inside.flatMap(([key, part]) => partsOf(name === "" ? key : `${name}[${key}]`, part));
}

/** Escaped for a URL or a form; what UTF-8 cannot say becomes U+FFFD. */
export function escaped(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}
