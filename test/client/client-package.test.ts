import { execFile } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";

import t, { type Test } from "tap";

import { createTestMerchant, startTestApp, type TestApp, testConfig } from "../support/app.js";
import { onSqlite } from "../support/database.js";
import { PROTOC_FOR_PYTHON, PYTHON_WITH_GRPC } from "../support/python.js";

const run = promisify(execFile);

/** Packs the package, and installs it in an empty folder beside the packages that it needs. */
async function installClient(t: Test): Promise<string> {
  const folder = t.testdir();
  await run(process.execPath, ["bin/pack-client.js", folder]);
  const tarball = readdirSync(folder).find((name) => name.endsWith(".tgz")) ?? "";
  const modules = path.join(folder, "node_modules");
  const installed = path.join(modules, "@calmony-pay", "client");
  mkdirSync(installed, { recursive: true });
  await run("tar", ["-xzf", path.join(folder, tarball), "--strip-components=1", "-C", installed]);
  for (const scope of ["@bufbuild", "@connectrpc", "@grpc"]) {
    symlinkSync(path.resolve("node_modules", scope), path.join(modules, scope));
  }
  return installed;
}

/** A service, a test key of it, and the folder of the installed package. */
interface Stage {
  readonly urls: TestApp["urls"];
  readonly local: string;
  readonly testKey: string;
  readonly installed: string;
}

await onSqlite(t, "the packed client", async (t, engine) => {
  const config = testConfig(engine);
  const { testKey } = await createTestMerchant(config);
  const { urls, local } = await startTestApp(t, config);
  const stage = { urls, local, testKey, installed: await installClient(t) };
  await t.test("makes its examples' calls, over Connect and grpc-js", (t) => runExamples(t, stage));
  await t.test("has protos that make a client in Python, as its README says", (t) => runPython(t, stage));
});

async function runExamples(t: Test, { urls, local, testKey, installed }: Stage): Promise<void> {
  const example = async (name: string, ...args: string[]) => {
    // Node follows no link to the folder of this repository: the example runs as it is installed.
    const { stdout } = await run(process.execPath, [path.join(installed, "examples", name), ...args]);
    return stdout.trimEnd().split("\n");
  };
  await t.rejects(example("connect.mjs", local, "sk_test_wrong"), /unauthenticated/i);
  const [created] = await example("connect.mjs", local, testKey);
  t.match(created, /^cs_\S+ http/);
  const lines = await example("grpc-js.mjs", urls.grpc, testKey);
  t.match(lines, [/^cs_\S+ http/, /No such checkout session: cs_unknown/, "checkout.session.expired"]);
}

async function runPython(t: Test, { urls, testKey, installed: cwd }: Stage): Promise<void> {
  const [python, compiler] = [PYTHON_WITH_GRPC.find(), PROTOC_FOR_PYTHON.find()];
  if (python === undefined || compiler === undefined) {
    t.pass("Left out: this machine has no Python with grpcio, or no protoc with its plugin for Python.");
    return;
  }
  const readme = readFileSync(path.join(cwd, "README.md"), "utf8");
  const [, flags = "", files = ""] = /grpc_tools\.protoc (.*) \\\n +(.*)/.exec(readme) ?? [];
  const protoc = `${compiler.protoc} --plugin=protoc-gen-grpc_python=${compiler.plugin} ${flags} ${files}`;
  await run("sh", ["-c", protoc], { cwd });
  const env = { ...process.env, PYTHONPATH: "." };
  const example = await run(python, ["examples/checkout.py", urls.grpc, testKey], { cwd, env });
  t.match(example.stdout.split("\n"), [/^cs_\S+ http/, /^NOT_FOUND No such checkout session: cs_unknown/]);
}

t.test("its service config names every service", async (t) => {
  const config = JSON.parse(readFileSync("client/service-config.json", "utf8")) as {
    methodConfig: [{ name: { service: string }[] }];
  };
  const services = readdirSync("proto/calmonypay/v1").flatMap((file) => {
    const text = readFileSync(`proto/calmonypay/v1/${file}`, "utf8");
    return [...text.matchAll(/^service (\w+)/gm)].map(([, name]) => `calmonypay.v1.${name}`);
  });
  t.same(config.methodConfig[0].name.map(({ service }) => service).toSorted(), services.toSorted());
});
