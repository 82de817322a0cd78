/** A page as a browser without scripts and cookies holds it. */
export interface BrowserPage {
  /** Where the browser ended up, after redirects. */
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  readonly html: string;
  /** What a person reads: the page without its markup, each run of white space as one space. */
  readonly text: string;
  readonly forms: readonly BrowserForm[];
  /** Every address that redirects led through, the last one included. */
  readonly redirects: readonly string[];
}

/** One form of a page, its controls as they stand before anybody touches them. */
export interface BrowserForm {
  /** Absolute. */
  readonly action: string;
  readonly method: "get" | "post";
  /** What would be sent: hidden and text inputs, chosen options; never a button. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** The values that a `<select>` of the form offers. */
  options(name: string): string[];
  /** Fills in what is named, sends the form as a browser does, and follows where it leads. */
  submit(values?: Record<string, string>): Promise<BrowserPage>;
}

/**
 * Opens a page the way a browser without scripts and cookies does. Redirects are followed on this machine
 * only: where one leads to another host, `url` is that address, `status` that of the redirect, and nothing is
 * fetched.
 */
export function openPage(url: string): Promise<BrowserPage> {
  return follow(new Request(url), []);
}

/** Posts fields to an address that the page did not name, as a person with tools does. */
export function postPage(url: string, fields: BrowserForm["fields"]): Promise<BrowserPage> {
  return follow(submission(url, "post", filledIn(fields, {})), []);
}

/** More than any way through our pages takes. */
const REDIRECTS_MAX = 10;

async function follow(request: Request, redirects: readonly string[]): Promise<BrowserPage> {
  if (redirects.length > REDIRECTS_MAX) throw new Error(`Too many redirects: ${redirects.join(", ")}`);
  const posted = request.clone();
  const response = await fetch(request, { redirect: "manual" });
  const location = response.headers.get("location");
  if (location === null) return pageOf(request.url, response, redirects);
  await response.body?.cancel();
  const target = new URL(location, request.url);
  const passed = [...redirects, target.href];
  if (!isOnThisMachine(target)) return pageOf(target.href, response, passed);
  return follow(await redirected(response, posted, target), passed);
}

async function redirected({ status }: Response, posted: Request, target: URL): Promise<Request> {
  if (status === 303) return new Request(target);
  if (status === 307 && posted.method === "POST") {
    const headers = { "content-type": posted.headers.get("content-type") ?? "" };
    return new Request(target, { method: "POST", body: await posted.text(), headers });
  }
  throw new Error(
    `A redirect of ${posted.method} with ${status}: this service answers 303, or 307 to a form.`,
  );
}

function isOnThisMachine({ hostname }: URL): boolean {
  return hostname === "localhost" || hostname === "127.0.0.1" || hostname === "[::1]";
}

async function pageOf(url: string, response: Response, redirects: readonly string[]): Promise<BrowserPage> {
  const html = response.bodyUsed ? "" : await response.text();
  return {
    url,
    status: response.status,
    headers: response.headers,
    html,
    text: textOf(html),
    forms: [...html.matchAll(/<form\b([^>]*)>(.*?)<\/form>/gs)].map(([, start = "", inside = ""]) =>
      formOf(url, start, inside),
    ),
    redirects,
  };
}

function textOf(html: string): string {
  const visible = html.replaceAll(/<(style|script|title)\b.*?<\/\1>/gs, " ").replaceAll(/<[^>]*>/g, " ");
  return decode(visible).replaceAll(/\s+/g, " ").trim();
}

function formOf(pageUrl: string, start: string, inside: string): BrowserForm {
  const method = attribute(start, "method")?.toLowerCase() === "post" ? "post" : "get";
  const action = new URL(attribute(start, "action") ?? "", pageUrl).href;
  const fields = [...inside.matchAll(/<input\b([^>]*)>|<select\b([^>]*)>(.*?)<\/select>/gs)].flatMap(
    ([, input, select, options]) => {
      const field = input === undefined ? selectField(select ?? "", options ?? "") : inputField(input);
      return field === undefined ? [] : [field];
    },
  );
  return {
    action,
    method,
    fields,
    options: (name) => optionsOf(inside, name),
    submit: (values = {}) => follow(submission(action, method, filledIn(fields, values)), []),
  };
}

function inputField(attributes: string): [string, string] | undefined {
  const name = attribute(attributes, "name");
  const type = attribute(attributes, "type") ?? "text";
  if (name === undefined || ["submit", "button", "image", "reset"].includes(type)) return undefined;
  if (["checkbox", "radio"].includes(type) && !/\schecked\b/.test(attributes)) return undefined;
  return [name, attribute(attributes, "value") ?? ""];
}

/** The option that is selected, else the first. */
function selectField(attributes: string, inside: string): [string, string] | undefined {
  const name = attribute(attributes, "name");
  const options = [...inside.matchAll(/<option\b([^>]*)>/g)].map(([, option = ""]) => option);
  const chosen = options.find((option) => /\sselected\b/.test(option)) ?? options[0];
  return name === undefined || chosen === undefined ? undefined : [name, attribute(chosen, "value") ?? ""];
}

function optionsOf(inside: string, name: string): string[] {
  const selects = [...inside.matchAll(/<select\b([^>]*)>(.*?)<\/select>/gs)];
  const select = selects.find(([, attributes = ""]) => attribute(attributes, "name") === name);
  return [...(select?.[2] ?? "").matchAll(/<option\b([^>]*)>/g)].map(
    ([, option = ""]) => attribute(option, "value") ?? "",
  );
}

function filledIn(fields: BrowserForm["fields"], values: Record<string, string>): [string, string][] {
  const names = new Set(fields.map(([name]) => name));
  const strange = Object.keys(values).filter((name) => !names.has(name));
  if (strange.length > 0) throw new Error(`The form has no field ${strange.join(", ")}.`);
  return fields.map(([name, value]) => [name, values[name] ?? value]);
}

/** Browsers write every line break of a value as CR LF. */
function submission(action: string, method: "get" | "post", fields: readonly [string, string][]): Request {
  const sent = fields.map(([name, value]): [string, string] => [
    name,
    value.replaceAll(/\r\n|\r|\n/g, "\r\n"),
  ]);
  if (method === "post") return new Request(action, { method: "POST", body: new URLSearchParams(sent) });
  const url = new URL(action);
  url.search = new URLSearchParams(sent).toString();
  return new Request(url);
}

function attribute(attributes: string, name: string): string | undefined {
  const value = new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(attributes)?.[1];
  return value === undefined ? undefined : decode(value);
}

const ENTITIES: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: " " };

function decode(text: string): string {
  return text.replaceAll(/&(#\d+|#x[\da-f]+|[a-z]+);/gi, (whole: string, entity: string) => {
    if (/^#x/i.test(entity)) return String.fromCodePoint(Number.parseInt(entity.slice(2), 16));
    if (entity.startsWith("#")) return String.fromCodePoint(Number(entity.slice(1)));
    return ENTITIES[entity] ?? whole;
  });
}
