/** A merchant's view of a running service: its API over HTTP, with one key. */
export interface MerchantApi {
  /** Base URL without a final slash. */
  readonly url: string;
  /** Calls the API. Throws an Error with the service's own words where it refuses. */
  call(method: string, path: string, body?: object): Promise<ApiObject>;
  /** Opens a stream of lines of JSON. Throws as `call`. */
  stream(path: string, signal: AbortSignal): AsyncGenerator<ApiObject>;
}

/** What the API answers. */
export type ApiObject = Readonly<Record<string, unknown>>;

/** The service at this address, as the owner of the key sees it. */
export function merchantApi(address: string, key: string): MerchantApi {
  const url = address.replace(/\/+$/, "");
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  return {
    url,

    async call(method, path, body) {
      const answer = await reach(url + path, {
        method,
        headers,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return await objectOf(answer);
    },

    async *stream(path, signal) {
      const answer = await reach(url + path, { headers, signal });
      if (!answer.ok || answer.body === null) await objectOf(answer);
      for await (const line of linesOf(answer)) yield JSON.parse(line) as ApiObject;
    },
  };
}

async function reach(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    throw new Error(
      `${new URL(url).origin} does not answer: is the service running there? (${reasonOf(error)})`,
      {
        cause: error,
      },
    );
  }
}

/** `fetch` says only that it failed; its cause says why. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return cause instanceof Error ? cause.message : String(cause);
}

async function objectOf(answer: Response): Promise<ApiObject> {
  const text = await answer.text();
  if (answer.ok) return JSON.parse(text) as ApiObject;
  throw new Error(`The service answers ${answer.status}: ${messageIn(text)}`);
}

function messageIn(text: string): string {
  try {
    const { error } = JSON.parse(text) as { error?: { message?: string } };
    return error?.message ?? text;
  } catch {
    return text.slice(0, MESSAGE_MAX); // No JSON: something else than this service answers there.
  }
}

const MESSAGE_MAX = 200;

async function* linesOf({ body }: Response): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of body ?? []) {
    const lines = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    yield* lines.filter((line) => line !== "");
  }
}
