import { chmodSync, existsSync, statSync, symlinkSync } from "node:fs";
import path from "node:path";

import t from "tap";

import { makeFolder } from "../../../src/db/sqlite/make-folder.js";

t.test("where no folder can be made that is an error, and takes no time", async (t) => {
  const folder = t.testdir({ file: "" });
  symlinkSync("loop", path.join(folder, "loop"));
  symlinkSync("nowhere", path.join(folder, "leads nowhere"));
  await t.rejects(makeFolder("/proc/x"), { code: "ENOENT" });
  await t.rejects(makeFolder("/proc/x/y"), { code: "ENOENT" });
  await t.rejects(makeFolder(path.join(folder, "file")), { message: /is not a folder/ });
  await t.rejects(makeFolder(path.join(folder, "file", "below")), { code: "ENOTDIR" });
  await t.rejects(makeFolder(path.join(folder, "loop")), { code: "ELOOP" });
  await t.rejects(makeFolder(path.join(folder, "leads nowhere")), { code: "ENOENT" });
  await t.rejects(makeFolder(path.join(folder, "n".repeat(300))), { code: "ENAMETOOLONG" });
});

t.test(
  "a folder is made for its owner only, with all above it; one that is there keeps its mode",
  async (t) => {
    const folder = t.testdir({});
    const deep = path.join(folder, "one", "two");
    await Promise.all([makeFolder(deep), makeFolder(deep)]);
    t.ok(existsSync(deep));
    for (const made of [deep, path.dirname(deep)]) t.equal(statSync(made).mode & 0o777, 0o700);
    chmodSync(deep, 0o755);
    await makeFolder(path.join(deep, "..", "two"));
    t.equal(statSync(deep).mode & 0o777, 0o755);
  },
);
