import { execFileSync } from "node:child_process";

import t from "tap";

import { createLog } from "../../src/lib/log.js";

/** Every name whose value must not be seen. */
const SECRET_NAMES = [
  "authorization",
  "body",
  "cardCVV",
  "cardNumber",
  "cookie",
  "fields",
  "key",
  "password",
  "secret",
  "signature",
  "xref",
];

const SECRET = "4929421234600821";

for (const name of SECRET_NAMES) {
  t.test(`the value of ${name} does not appear, down to the second level`, async (t) => {
    const shapes = {
      "on the line itself": { [name]: SECRET },
      "one level down": { a: { [name]: SECRET } },
      "two levels down": { a: { b: { [name]: SECRET } } },
      "in a list": { list: [{ [name]: SECRET }] },
      "with deeper content": { [name]: { deeper: { value: SECRET } } },
    };
    for (const [where, shape] of Object.entries(shapes)) {
      const text = logged((log) => log.info(shape, "what happened"));
      t.notMatch(text, SECRET, where);
      t.match(text, "[redacted]", where);
    }
  });

  t.test(`the value of ${name} does not appear with an error that carries it`, async (t) => {
    for (const extra of [{ [name]: SECRET }, { a: { [name]: SECRET } }]) {
      const err = Object.assign(new Error("refused"), extra);
      const text = logged((log) => log.error({ err }, "what happened"));
      t.notMatch(text, SECRET);
      t.match(text, "refused");
    }
  });

  t.test(`the value of ${name} does not appear in what a child log repeats`, async (t) => {
    const text = logged((log) => log.child({ [name]: SECRET, a: { [name]: SECRET } }).info("what happened"));
    t.notMatch(text, SECRET);
    t.match(text, "what happened");
  });
}

t.test("a message of the gateway that is logged whole shows nothing, read or unread", async (t) => {
  const fields = [["xref", SECRET]];
  const text = logged((log) =>
    log.warn({ message: { fields, body: Buffer.from(SECRET) }, fields }, "refused"),
  );
  t.notMatch(text, SECRET);
  t.notMatch(text, "xref");
  t.notMatch(text, Buffer.from(SECRET).join());
});

t.test("an error is told by name, message, code and stack, without the statement it was about", async (t) => {
  const parts = { code: "ER_DUP_ENTRY", errno: 1062, sql: `insert ${SECRET}`, parameters: [SECRET] };
  const error = Object.assign(new TypeError("no such thing"), parts, { driverError: { sql: SECRET } });
  for (const text of [
    logged((log) => log.error({ err: error }, "failed")),
    logged((log) => log.error(error)),
  ]) {
    t.notMatch(text, SECRET);
    const { err } = JSON.parse(text) as { err: Record<string, unknown> };
    t.match(err, { name: "TypeError", message: "no such thing", code: "ER_DUP_ENTRY", errno: 1062 });
    t.match(err["stack"], /log\.test/);
  }
});

t.test("what was thrown without being an error is told by its text", async (t) => {
  t.match(
    logged((log) => log.error({ err: "strange" }, "failed")),
    '"err":{"message":"strange"}',
  );
});

t.test(
  "a line is one JSON object with level, time and message, and without process id and host",
  async (t) => {
    const text = logged((log) =>
      log.info({ sessionId: "cs_1", amount: 2999 }, "session created\nby a merchant"),
    );
    t.equal(text.indexOf("\n"), text.length - 1);
    const { time, ...line } = JSON.parse(text) as Record<string, unknown>;
    t.same(line, { level: 30, sessionId: "cs_1", amount: 2999, msg: "session created\nby a merchant" });
    t.type(time, "number");
  },
);

t.test("what is below the level is not written", async (t) => {
  t.equal(
    logged((log) => log.info("fine"), "warn"),
    "",
  );
  t.match(
    logged((log) => log.warn("strange"), "warn"),
    "strange",
  );
});

t.test("without a destination the log is standard output", async (t) => {
  const module = new URL("../../src/lib/log.js", import.meta.url).href;
  const program = `import { createLog } from "${module}"; createLog("info").info("hello");`;
  const output = execFileSync(process.execPath, ["--input-type=module", "--eval", program], {
    encoding: "utf8",
  });
  t.match(output, /"msg":"hello"/);
});

function logged(write: (log: ReturnType<typeof createLog>) => void, level = "info"): string {
  const lines: string[] = [];
  write(createLog(level, { write: (line) => void lines.push(line) }));
  return lines.join("");
}
