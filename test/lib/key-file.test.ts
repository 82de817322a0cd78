import { execFile } from "node:child_process";
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";

import t from "tap";

import { makeKeyFile, parseKey, readKeyFile } from "../../src/lib/key-file.js";

const KEY = Buffer.from(Array.from({ length: 32 }, (_, index) => index * 8));
const KEY_TEXT = KEY.toString("base64");

const NO_KEYS: readonly [name: string, text: string][] = [
  ["nothing", ""],
  ["31 bytes", Buffer.alloc(31).toString("base64")],
  ["33 bytes", Buffer.alloc(33).toString("base64")],
  ["hex", KEY.toString("hex")],
  ["base64 without its padding", KEY_TEXT.replace("=", "")],
  ["the URL alphabet", Buffer.alloc(32, 255).toString("base64url")],
  ["a space within", `${KEY_TEXT.slice(0, 10)} ${KEY_TEXT.slice(10)}`],
  ["something behind it", `${KEY_TEXT}x`],
  ["two keys", `${KEY_TEXT}\n${KEY_TEXT}`],
];

for (const [name, text] of NO_KEYS) {
  t.test(`${name} is no key, and is not repeated in the error`, async (t) => {
    const file = path.join(t.testdir({ key: text }), "key");
    t.throws(() => parseKey(text, "SECRETS_KEY"), { message: /^SECRETS_KEY must hold 32 bytes in base64/ });
    t.throws(() => readKeyFile(file), { message: /must hold 32 bytes/ });
    if (text !== "") t.notMatch(errorOf(() => parseKey(text, "SECRETS_KEY")).message, text);
  });
}

t.test("a key is read with or without a line end", async (t) => {
  t.strictSame(parseKey(KEY_TEXT, "SECRETS_KEY"), KEY);
  t.strictSame(parseKey(`${KEY_TEXT}\n`, "SECRETS_KEY"), KEY);
});

t.test("where there is no file there is no key, and none is made by reading", async (t) => {
  const folder = t.testdir({});
  t.equal(readKeyFile(path.join(folder, "key")), undefined);
  t.strictSame(readdirSync(folder), []);
});

t.test("a file that cannot be read is an error, not a missing key", async (t) => {
  t.throws(() => readKeyFile(t.testdir({})), { code: "EISDIR" });
});

t.test("a new key is random, for its owner only, alone in its folder, and read back", async (t) => {
  const file = path.join(t.testdir({}), "new", "folder", "key");
  const key = makeKeyFile(file);
  t.equal(key.length, 32);
  t.strictSame(readKeyFile(file), key);
  t.equal(statSync(file).mode & 0o777, 0o600);
  t.strictSame(readdirSync(path.dirname(file)), ["key"]);
  t.notSame(makeKeyFile(path.join(t.testdir({}), "key")), key);
});

t.test("a key that is there already is never replaced", async (t) => {
  const file = path.join(t.testdir({}), "key");
  writeFileSync(file, `${KEY_TEXT}\n`);
  chmodSync(file, 0o400);
  t.strictSame(makeKeyFile(file), KEY);
  t.equal(readFileSync(file, "utf8"), `${KEY_TEXT}\n`);
  t.strictSame(readdirSync(path.dirname(file)), ["key"]);
});

t.test("a file that holds no key is not replaced either", async (t) => {
  const file = path.join(t.testdir({ key: "half a ke" }), "key");
  t.throws(() => makeKeyFile(file), { message: /must hold 32 bytes/ });
  t.equal(readFileSync(file, "utf8"), "half a ke");
});

t.test("processes that start at once all get one key", async (t) => {
  const file = path.join(t.testdir({}), "key");
  const module = new URL("../../src/lib/key-file.js", import.meta.url).href;
  const program = `import { makeKeyFile } from ${JSON.stringify(module)};
    console.log(makeKeyFile(${JSON.stringify(file)}).toString("base64"));`;
  const run = (): Promise<{ stdout: string }> =>
    promisify(execFile)(process.execPath, ["--input-type=module", "--eval", program]);
  const outputs = await Promise.all([run(), run(), run(), run()]);
  t.strictSame(new Set(outputs.map(({ stdout }) => stdout)), new Set([readFileSync(file, "utf8")]));
  t.strictSame(readdirSync(path.dirname(file)), ["key"]);
});

function errorOf(work: () => unknown): Error {
  try {
    work();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error("Nothing was thrown.");
}
