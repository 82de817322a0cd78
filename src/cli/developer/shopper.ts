import { TEST_CARDS } from "../../sandbox/payments/test-cards.js";

/** What the shopper chooses on the sandbox's card page: what becomes of the card, and what goes wrong. */
export interface Choices {
  readonly outcome?: string;
  readonly fault?: string;
}

/** Pays a test session as a browser would: its page, then the sandbox's card page. */
export async function pay(payPageUrl: string, choices: Choices = {}): Promise<void> {
  const signedForm = formOn(await get(payPageUrl));
  const cardForm = formOn(await post(signedForm.action, signedForm.fields));
  const [card] = TEST_CARDS;
  if (card === undefined) throw new Error("There is no test card.");
  await post(cardForm.action, [
    ["cardNumber", card.number],
    ["cardExpiryMonth", "12"],
    ["cardExpiryYear", String((new Date().getFullYear() + 2) % 100)],
    ["cardCVV", card.cvv],
    ["outcome", choices.outcome ?? "approve"],
    ["fault", choices.fault ?? ""],
  ]);
}

interface PageForm {
  readonly action: string;
  /** The hidden fields. */
  readonly fields: readonly (readonly [string, string])[];
}

/** A page, and where redirects have led to it: a form is led on to the gateway. */
interface FoundPage {
  readonly url: string;
  readonly text: string;
}

async function get(url: string): Promise<FoundPage> {
  return await pageOf(url, await fetch(url));
}

async function post(url: string, fields: readonly (readonly [string, string])[]): Promise<FoundPage> {
  const body = new URLSearchParams();
  for (const [name, value] of fields) body.append(name, value);
  return await pageOf(url, await fetch(url, { method: "POST", body }));
}

async function pageOf(url: string, answer: Response): Promise<FoundPage> {
  if (answer.ok) return { url: answer.url, text: await answer.text() };
  throw new Error(`${new URL(url).origin}${new URL(url).pathname} answers ${answer.status}.`);
}

/** The page's form that is posted, of which our own pages and the sandbox's have one. */
function formOn({ url, text }: FoundPage): PageForm {
  const form = /<form[^>]*method="post"[^>]*>/.exec(text)?.[0];
  if (form === undefined) throw new Error(`The page at ${url} has no form.`);
  const action = new URL(attribute(form, "action") ?? url, url).href;
  const inputs = [...text.matchAll(/<input[^>]*type="hidden"[^>]*>/g)].map(([input]) => input);
  return {
    action,
    fields: inputs.map((input) => [attribute(input, "name") ?? "", attribute(input, "value") ?? ""] as const),
  };
}

function attribute(tag: string, name: string): string | undefined {
  const value = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1];
  return value?.replaceAll(/&(?:#(\d+)|(\w+));/g, (all, code: string | undefined, word: string) =>
    code === undefined ? (ENTITIES[word] ?? all) : String.fromCodePoint(Number(code)),
  );
}

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", quot: '"', lt: "<", gt: ">", apos: "'" };
