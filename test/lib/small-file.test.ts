import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";

import t from "tap";

import { readSmallFile } from "../../src/lib/small-file.js";

t.test("what is no file of a reasonable size is refused, and not waited for", async (t) => {
  const folder = t.testdir({ large: Buffer.alloc(1024 * 1024 + 1) });
  const pipe = path.join(folder, "pipe");
  execFileSync("mkfifo", [pipe]);
  for (const file of [pipe, "/dev/zero", "/dev/tty"]) {
    t.throws(() => readSmallFile(file), /not a regular file|ENXIO|ENOENT/, file);
  }
  t.throws(() => readSmallFile(path.join(folder, "large")), /larger than 1048576 bytes/);
  t.throws(() => readSmallFile(folder), { code: "EISDIR" });
  t.throws(() => readSmallFile(path.join(folder, "missing")), { code: "ENOENT" });
});

t.test("a file is read whole, also an empty one, and one of the kernel's that says it is", async (t) => {
  const folder = t.testdir({ empty: "" });
  const bytes = Buffer.alloc(1024 * 1024, "byte");
  const largest = path.join(folder, "largest");
  writeFileSync(largest, bytes);
  t.ok(readSmallFile(largest).equals(bytes));
  t.equal(readSmallFile(path.join(folder, "empty")).length, 0);
  t.match(readSmallFile("/proc/self/status").toString(), /^Name:/);
});
