import t from "tap";

import { run, runAlone } from "./command.js";

await t.test("a kept process tells of commands what a process of their own tells", async (t) => {
  const dataDir = { DATA_DIR: t.testdir() };
  const account = ["--gateway-merchant-id", "123456", "--gateway-secret", "-"];
  const create = ["merchants", "create", "--name", "Books", "--country", "GB"];
  const commands: [env: Record<string, string>, args: string[], input?: string][] = [
    [{ PORT: "many" }, ["serve"]],
    [{}, ["merchants", "create", "--help"]],
    [dataDir, ["fly"]],
    [dataDir, [...create, ...account], "\n"],
    [{ DATA_DIR: "/proc/x" }, ["keys", "list"]],
  ];
  const kept = [];
  for (const order of commands) kept.push(await run(...order));
  const alone = await Promise.all(commands.map(async (order) => await runAlone(...order)));
  t.same(kept, alone);
  t.same(
    kept.map(({ code }) => code),
    [1, 0, 1, 1, 1],
  );
  t.match(kept[3]?.stderr, /secret is empty/);
});
