import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";

import t, { type Test } from "tap";

import { createTestMerchant, startTestApp, testConfig } from "../support/app.js";
import { openPage } from "../support/browser.js";
import { onSqlite, until } from "../support/database.js";
import { freePort } from "../support/free-ports.js";
import { anOrder } from "../support/orders.js";
import { PYTHON } from "../support/python.js";

const CARD = { cardNumber: "4929421234600821", cardExpiryMonth: "12", cardExpiryYear: "29", cardCVV: "356" };

/** Programs that receive, as the guide has them, each with the command that runs it. */
const RECEIVERS = [
  { language: "js", file: "receiver.mjs", command: process.execPath },
  { language: "python", file: "receiver.py", command: PYTHON.find() ?? "python3" },
] as const;

for (const { language, file, command } of RECEIVERS) {
  await onSqlite(
    t,
    `the guide's receiver in ${language} refuses what is not signed, and ships what is paid once`,
    async (t, engine) => {
      const config = testConfig(engine, { webhookPrivateAddresses: true });
      const { testKey } = await createTestMerchant(config);
      const app = await startTestApp(t, config);
      const port = await freePort();
      const url = `http://127.0.0.1:${port}/`;
      const wanted = { url, enabled_events: ["checkout.*"] };
      const { json: endpoint } = await app.call("POST", "/v1/webhook_endpoints", testKey, wanted);
      const lines = await startReceiver(t, { language, file, command }, { port, secret: endpoint.secret });

      const forged = { "webhook-id": "evt_1", "webhook-timestamp": "1", "webhook-signature": "v1,AAAA" };
      t.equal((await fetch(url, { method: "POST", body: "{}", headers: forged })).status, 400);

      const { json: session } = await app.call("POST", "/v1/checkout/sessions", testKey, anOrder());
      await (await (await openPage(session.url)).forms[0]?.submit())?.forms[0]?.submit(CARD);
      t.equal(await lines.next(), `ship ${session.id}`);

      const first = await delivered(1);
      t.match(await app.call("POST", `/v1/webhook_deliveries/${first}/resend`, testKey, {}), { status: 200 });
      await delivered(2);
      t.same(lines.rest(), [], "it arrived twice, and was shipped once");

      /** The id of the delivery once it has succeeded with so many attempts. */
      async function delivered(attempts: number): Promise<string> {
        return await until(`attempt ${attempts}`, async () => {
          const { json } = await app.call("GET", "/v1/webhook_deliveries?limit=1", testKey);
          const [delivery] = json.data;
          return delivery?.status === "succeeded" && delivery.attempt_count === attempts && delivery.id;
        });
      }
    },
  );
}

interface Receiver {
  readonly language: string;
  readonly file: string;
  readonly command: string;
}

/** Starts the guide's program, and waits until it listens. Its lines are read one by one. */
async function startReceiver(
  t: Test,
  { language, file, command }: Receiver,
  { port, secret }: { port: number; secret: string },
) {
  // Below the project, so that the program finds the packages that it imports.
  const folder = mkdtempSync(path.join("dist", "guide-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  writeFileSync(path.join(folder, file), snippet(language));
  const env = { ...process.env, PORT: String(port), WEBHOOK_SECRET: secret };
  const child = spawn(command, [path.join(folder, file)], { env, stdio: ["ignore", "pipe", "ignore"] });
  const exit = once(child, "exit");
  t.teardown(async () => {
    child.kill("SIGKILL");
    await exit;
  });
  const waiting: string[] = [];
  const reader = createInterface(child.stdout);
  reader.on("line", (line) => waiting.push(line));
  await until("the receiver listens", () => answers(port));
  return {
    async next(): Promise<string | undefined> {
      while (waiting.length === 0) await once(reader, "line");
      return waiting.shift();
    },
    rest: (): readonly string[] => waiting,
  };
}

/** The guide's code in a language: the first block of it. */
function snippet(language: string): string {
  const guide = readFileSync("docs/webhooks.md", "utf8");
  const code = new RegExp(`\\n\`\`\`${language}\\n(.*?)\`\`\`\\n`, "s").exec(guide)?.[1];
  if (code === undefined) throw new Error(`The guide has no code in ${language}.`);
  return code;
}

async function answers(port: number): Promise<boolean> {
  return await fetch(`http://127.0.0.1:${port}/`, { method: "POST", body: "{}" }).then(
    () => true,
    () => false,
  );
}
