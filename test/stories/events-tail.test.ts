import { once } from "node:events";

import t from "tap";

import { createTestMerchant, startTestApp, testConfig } from "../support/app.js";
import { environmentOf, run, start } from "../support/command.js";
import { eachEngine, until } from "../support/database.js";

await eachEngine(
  t,
  "events tail prints a merchant's events as they happen, until Ctrl-C",
  async (t, engine) => {
    const config = testConfig(engine);
    const { id, testKey } = await createTestMerchant(config);
    const app = await startTestApp(t, config);
    const env = environmentOf(app.config);
    const customer = async (): Promise<string> =>
      (await app.call("POST", "/v1/customers", testKey, { name: "Ada" })).json.id;
    const bad: [options: string[], says: RegExp][] = [
      [["--merchant", "mer_unknown", "--mode", "test"], /No such merchant/i],
      [["--merchant", id, "--mode", "test", "--types", "nothing"], /--types: There is no type of event/],
      [["--merchant", id, "--mode", "test", "--after", "x"], /whole number/],
      [["--merchant", id, "--mode", "test", "--after", "99"], /--after: No event has the sequence 99/],
    ];
    for (const [options, says] of bad) {
      const refused = await run(env, ["events", "tail", ...options]);
      t.match([refused.code, refused.stderr], [1, says]);
      t.notMatch(refused.stderr, /"level"/, "no line of a log stands beside the sentence");
    }
    const first = await customer();
    const tail = start(env, ["events", "tail", "--merchant", id, "--mode", "test", "--after", "0", "--json"]);
    t.teardown(() => tail.kill("SIGKILL"));
    const printed = { text: "" };
    tail.stdout?.on("data", (chunk: Buffer) => (printed.text += chunk.toString()));
    const lines = () => printed.text.split("\n").slice(0, -1);
    await until("the past is printed", () => lines().some((line) => line.includes(first)));
    const second = await customer();
    await until("what is new is printed", () => lines().some((line) => line.includes(second)));
    const ended = once(tail, "close");
    tail.kill("SIGINT");
    t.equal((await ended)[0], 0);
    const { json } = await app.call("GET", "/v1/events?after=0&limit=100", testKey);
    t.same(
      lines().map((line) => JSON.parse(line)),
      json.data,
      "each is what the API answers",
    );
  },
);
