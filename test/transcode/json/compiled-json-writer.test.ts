import { spawnSync } from "node:child_process";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import * as fc from "fast-check";
import t from "tap";

import { CustomerSchema } from "../../../gen/calmonypay/v1/customer_pb.js";
import type { JsonMember } from "../../../src/transcode/json/compiled-json-writer.js";
import { compiledWriter } from "../../../src/transcode/json/compiled-json-writer.js";
import { CODE_POINT } from "../../support/any-text.js";

const write = (value: unknown): string => JSON.stringify(value);

/** Members of a customer: two that are always there, and one that may be unset with another that may take its place. */
function members(...changes: readonly Partial<JsonMember>[]): readonly JsonMember[] {
  const { id, object, email, name } = CustomerSchema.field;
  const written = { write, otherwise: "write", expanded: undefined } as const;
  return [
    { ...written, field: id, key: `"id":`, ...changes[0] },
    { ...written, field: object, key: `"o'\\u0022bject":`, ...changes[1] },
    { ...written, field: email, key: `"email":`, otherwise: "null", expanded: { field: name, write } },
  ];
}

t.test("a type of which something may be left out has no straight writer", async (t) => {
  t.equal(compiledWriter(members({ otherwise: "leave out" })), undefined);
  t.equal(compiledWriter([]), undefined);
});

t.test("members are written as JSON.stringify writes them, unset ones as null", async () => {
  const straight = compiledWriter(members());
  const text = fc.string({ unit: CODE_POINT });
  const parts = fc.record({ id: text, object: text, email: text, name: text }, { requiredKeys: [] });
  fc.assert(
    fc.property(parts, (init) => {
      const message = create(CustomerSchema, init as MessageInitShape<typeof CustomerSchema>);
      const { id, object, email, name } = message;
      const third = name ?? email ?? null;
      return (
        straight?.(message) ===
        JSON.stringify({ id, "o'\"bject": object, email: third }).replace(`\\"b`, "\\u0022b")
      );
    }),
  );
});

t.test("a process that runs no code made from text writes the same", async (t) => {
  const script = `
    const { createJsonWriters } = await import("./dist/src/transcode/json/json-writer.js");
    const { plainStyle } = await import("./dist/src/transcode/json/plain-dialect.js");
    const { CustomerSchema } = await import("./dist/gen/calmonypay/v1/customer_pb.js");
    console.log(createJsonWriters(plainStyle).message(CustomerSchema)({ ...JSON.parse(process.argv[1]) }));`;
  const customer = {
    $typeName: CustomerSchema.typeName,
    id: "cus_1",
    object: "customer",
    metadata: {},
    livemode: true,
  };
  const run = (flags: readonly string[]) =>
    spawnSync(
      process.execPath,
      [...flags, "--input-type=module", "-e", script, JSON.stringify({ ...customer, created: 5 })],
      { encoding: "utf8" },
    );
  const [strict, free] = [run(["--disallow-code-generation-from-strings"]), run([])];
  t.match(free.stdout, /^\{"id":"cus_1","object":"customer",/);
  t.equal(strict.stdout, free.stdout);
});
