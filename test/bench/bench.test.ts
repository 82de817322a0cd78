import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";

import t from "tap";

import { listen } from "../support/listen.js";
import { closedLoop } from "./load/drive.js";
import { httpLanes } from "./load/http-lanes.js";
import { createRequest, isSession } from "./rows/orders.js";

const WANTED = {
  "gRPC unary": 1.2,
  "JSON POST": 0.9,
  "JSON GET": 0.9,
  "JSON GET, 1 000 rules against 10": 0.91,
  "JSON POST, 2 replicas": 1.5,
  "create session, server": 0.9,
  "get session, server": 0.9,
  "pay page, server": 0.9,
  "completion by callback, server": 1.3,
  "completion by callback, embedded": 0.5,
  "events delivered, server": 0.5,
  "events delivered, embedded": 0.5,
  "event received within, server": 1,
  "event received within, embedded": 1,
  "event received beside bad endpoints, server": 1.5,
  "event received beside bad endpoints, embedded": 1.5,
  "memory, idle": 120,
  "memory, loaded": 250,
  "start-up, existing database, server": 1,
  "start-up, existing database, embedded": 1,
};

t.test("a wrong answer ends the measurement", async (t) => {
  const url = await listen(t, (request, response) => {
    request.resume();
    response.setHeader("content-length", 2);
    response.end("{}");
  });
  const opened = await httpLanes({
    ports: [Number(new URL(url).port)],
    count: 2,
    next: () => createRequest(),
    isRight: isSession,
  });
  await t.rejects(closedLoop(opened.lanes, 1), { message: /A wrong answer: 200 \{\}/ });
  opened.close();
});

/** Rows that start every program of the bench. The others call the same programs in other ways, or on the server. */
const RUN = [
  "gRPC unary",
  "JSON POST",
  "JSON POST, 2 replicas",
  "create session, server",
  "pay page, server",
  "completion by callback, embedded",
  "events delivered, embedded",
  "event received within, embedded",
  "event received beside bad endpoints, embedded",
  "memory, idle",
  "start-up, existing database, embedded",
];

t.test("a row that does not exist is an error that names those that do", async (t) => {
  const bench = promisify(execFile)(process.execPath, ["bin/bench.js", "--quick", "--only", "JSON PUT"]);
  await t.rejects(bench, { code: 2, stderr: /no row JSON PUT: gRPC unary, JSON POST, / });
});

t.test("rows with every program run, and every answer is what it must be", async (t) => {
  const only = RUN.flatMap((name) => ["--only", name]);
  const { stdout } = await promisify(execFile)(process.execPath, ["bin/bench.js", "--quick", ...only]);
  const names = stdout.matchAll(
    /^\| ([^|]+) \| \d+\.?\d*(?: MB| s| times| \([^)]*\))? \| [<>]= [\d.]+( MB| s| times)? \|/gm,
  );
  t.same(
    [...names].map(([, name]) => name),
    RUN,
  );
});

t.test("what is kept of a whole run has every row with what is wanted of it", async (t) => {
  const { rows } = JSON.parse(readFileSync("test/bench/results.json", "utf8")) as {
    rows: { name: string; wanted: number; ratio: number; better: string }[];
  };
  t.same(Object.fromEntries(rows.map(({ name, wanted }) => [name, wanted])), WANTED);
  for (const row of rows) {
    t.ok(row.ratio > 0, row.name);
    t.match(row.better, /^(higher|lower)$/);
  }
});
