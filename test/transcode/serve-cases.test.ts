import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import t from "tap";
import { freePorts } from "../support/free-ports.js";
import { listen } from "./support/raw-http.js";

const PROGRAM = fileURLToPath(new URL("../../../bin/serve-cases.js", import.meta.url));

function serveCases(...args: string[]): ChildProcess {
  return spawn(process.execPath, [PROGRAM, ...args], { stdio: ["ignore", "pipe", "pipe"] });
}

async function outcome(program: ChildProcess) {
  const [out, err, [code]] = await Promise.all([
    text(program.stdout as NodeJS.ReadableStream),
    text(program.stderr as NodeJS.ReadableStream),
    once(program, "exit"),
  ]);
  return { out, err, code: code as number };
}

t.test("what it cannot do it says on standard error, and fails", async (t) => {
  const taken = createServer();
  const port = String(await listen(taken));
  t.teardown(() => taken.close());
  const refused: [string[], RegExp][] = [
    [[], /--port must be a port from 1 to 65535/],
    [["--port", "x", "--control-port", "1"], /--port must be/],
    [["--port", port, "--control-port", "0"], /--control-port must be/],
    [["--nope"], /Unknown option '--nope'/],
  ];
  for (const [args, message] of refused) {
    const { out, err, code } = await outcome(serveCases(...args));
    t.match(err, message);
    t.equal(out, "");
    t.not(code, 0);
  }
  const help = await outcome(serveCases("--help"));
  t.match(help, { code: 0, err: "", out: /--control-port/ });
});

t.test("it serves, forgets, answers as told, and reports what the handler saw", async (t) => {
  const [port, controlPort] = await freePorts(2);
  const program = serveCases("--port", String(port), "--control-port", String(controlPort));
  t.teardown(() => program.kill());
  const control = `http://127.0.0.1:${controlPort}`;
  await answering(`${control}/seen`);
  const fetched = await fetch(`${control}/next`, { method: "POST", body: `{"response":{"title":"T"}}` });
  t.equal(fetched.status, 204);
  t.equal(await (await fetch(`${control}/seen`)).json(), null);
  const answer = await fetch(`http://127.0.0.1:${port}/v1/items/42?revision=5`, {
    headers: { "x-request-id": "r-1" },
  });
  t.match(await answer.json(), { title: "T" });
  t.match(await (await fetch(`${control}/seen`)).json(), {
    rpc: "transcodetest.v1.CoreService/GetItem",
    request_json: { id: "42", revision: "5" },
    metadata: { "x-request-id": "r-1" },
  });
  for (const [template, valid] of [
    ["/v1/{name=shelves/*}:x", true],
    ["/v1/{", false],
  ]) {
    const checked = await fetch(`${control}/template`, {
      method: "POST",
      body: JSON.stringify({ template }),
    });
    t.same(await checked.json(), { valid });
  }
  program.kill();
  const { out, err } = await outcome(program);
  t.same({ out, err }, { out: "", err: "" });
});

/** Waits until the program listens; the test's own time limit ends it. */
async function answering(url: string): Promise<void> {
  for (;;) {
    try {
      await fetch(url);
      return;
    } catch {
      await pause(20); // Nobody listens yet.
    }
  }
}
