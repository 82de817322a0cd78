import { execFile } from "node:child_process";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";

import t from "tap";

import { makeKeyFile, parseKey, readKeyFile } from "../../src/lib/key-file.js";

t.test("text that is not 32 bytes in base64 is refused by where it was found", async (t) => {
  const key = Buffer.alloc(32, 1).toString("base64");
  for (const text of [
    "",
    "short",
    key.slice(1),
    `${key}A`,
    `${key.slice(0, -2)}!=`,
    Buffer.alloc(31).toString("base64"),
  ]) {
    t.throws(() => parseKey(text, "SECRETS_KEY"), /SECRETS_KEY must hold 32 bytes/, JSON.stringify(text));
  }
  t.same(parseKey(`${key}\n`, "SECRETS_KEY"), Buffer.alloc(32, 1));
});

t.test("a file that is not there is no key, a file with something else is an error", async (t) => {
  const file = path.join(t.testdir(), "secrets.key");
  t.equal(readKeyFile(file), undefined);
  writeFileSync(file, "half a k");
  t.throws(() => readKeyFile(file), /32 bytes/);
});

t.test("a key file is made once, for its owner only, and nothing is left beside it", async (t) => {
  const folder = path.join(t.testdir(), "new");
  const file = path.join(folder, "secrets.key");
  const key = makeKeyFile(file);
  t.equal(key.length, 32);
  t.equal(statSync(file).mode & 0o777, 0o600);
  t.same(readKeyFile(file), key);
  t.same(makeKeyFile(file), key, "the first key stays");
  t.same(readdirSync(folder), ["secrets.key"]);
});

t.test("processes that make it at once all get the same key", async (t) => {
  const file = path.join(t.testdir(), "secrets.key");
  const module = new URL("../../src/lib/key-file.js", import.meta.url).href;
  const script = `import { makeKeyFile } from ${JSON.stringify(module)};
    process.stdout.write(makeKeyFile(${JSON.stringify(file)}).toString("base64"));`;
  const make = () => promisify(execFile)(process.execPath, ["--input-type=module", "-e", script]);
  const made = await Promise.all(Array.from({ length: 4 }, make));
  t.same(new Set(made.map(({ stdout }) => stdout)), new Set([readFileSync(file, "utf8").trim()]));
});
