// The floor of webhooks: posts one signed request again and again, and does nothing else.
import { Agent, request } from "undici";

import { options, ready } from "./ready.js";

/** What it posts, and where. */
export interface PostedRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const { url, headers, body } = options() as PostedRequest;

const dispatcher = new Agent();
const bytes = Buffer.from(body);
process.on("message", ({ posts }: { readonly posts: number }) => {
  void postAll(posts).then(() => process.send?.(true));
});
ready({});

/** One after the other, as a merchant's own program would be told. */
async function postAll(posts: number): Promise<void> {
  for (let post = 0; post < posts; post++) {
    const { statusCode, body: answer } = await request(url, {
      method: "POST",
      headers,
      body: bytes,
      dispatcher,
    });
    await answer.dump();
    if (statusCode !== 204) throw new Error(`The receiver answered ${statusCode}.`);
  }
}
