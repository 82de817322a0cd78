import { Writable } from "node:stream";

import Registry from "prom-client/lib/registry.js";
import t from "tap";

import { createLog } from "../../src/lib/log.js";
import { watchFastPath } from "../../src/start/fast-path-bugs.js";
import { FAST_PATH_BUGS } from "../../src/transcode/grpc/fast-path.js";

t.test("bugs of the fast path are counted, and logged once for each type", async (t) => {
  const lines: string[] = [];
  const stream = new Writable({ write: (chunk, _, done) => (lines.push(String(chunk)), done()) });
  const registry = new Registry();
  const end = watchFastPath(createLog("info", stream), registry);
  const bug = { error: new TypeError("v is undefined"), typeName: "a.B", direction: "read" };
  for (let time = 1; time <= 3; time++) FAST_PATH_BUGS.publish(bug);
  FAST_PATH_BUGS.publish({ ...bug, direction: "write" });
  end();
  FAST_PATH_BUGS.publish(bug);
  t.equal(lines.length, 2);
  t.match(JSON.parse(lines[0] ?? ""), {
    level: 50,
    type: "a.B",
    direction: "read",
    err: { message: "v is undefined" },
  });
  const text = await registry.metrics();
  t.match(text, /^calmonypay_fast_path_bugs_total\{type="a\.B",direction="read"\} 3$/m);
  t.match(text, /^calmonypay_fast_path_bugs_total\{type="a\.B",direction="write"\} 1$/m);
});
