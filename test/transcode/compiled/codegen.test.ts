import { spawnSync } from "node:child_process";
import { create, toBinary } from "@bufbuild/protobuf";
import t from "tap";

import { CustomerSchema } from "../../../gen/calmonypay/v1/customer_pb.js";
import { CodeGenerator, propertySource } from "../../../src/transcode/compiled/codegen.js";

t.test("what is no expression is an error, not a function that is missing", async (t) => {
  t.throws(() => new CodeGenerator().compile("(m) => {"), SyntaxError);
});

t.test("the code knows the values that it was given, by their names", async (t) => {
  const code = new CodeGenerator();
  const [add, two] = [code.name((a: number, b: number) => a + b), code.name(2)];
  const compiled = code.compile(`(v) => ${add}(v, ${two})`) as (value: number) => number;
  t.equal(compiled(40), 42);
});

t.test("a name that looks like code is a name all the same", async (t) => {
  const localName = `"]; throw 1; m["`;
  const read = new CodeGenerator().compile(`(m) => ${propertySource("m", { localName })}`);
  t.equal((read as (value: object) => unknown)({ [localName]: "x" }), "x");
});

t.test("a process that runs no code made from text reads and writes messages all the same", async (t) => {
  const script = `
    const { CustomerSchema } = await import("./dist/gen/calmonypay/v1/customer_pb.js");
    const { CodeGenerator } = await import("./dist/src/transcode/compiled/codegen.js");
    const { createBinaryReaders } = await import("./dist/src/transcode/grpc/binary-reader.js");
    const { binaryWriter } = await import("./dist/src/transcode/grpc/binary-writer.js");
    const { emptyMessage } = await import("./dist/src/transcode/descriptors/empty-message.js");
    const { createJsonReaders } = await import("./dist/src/transcode/json/json-reader.js");
    const { plainStyle } = await import("./dist/src/transcode/json/plain-dialect.js");
    const { fieldGetter, fieldSetter } = await import("./dist/src/transcode/descriptors/message-fields.js");
    const message = createBinaryReaders(() => Infinity)(CustomerSchema)(Buffer.from(process.argv[1], "hex"));
    const other = emptyMessage(CustomerSchema)();
    const { id } = CustomerSchema.field;
    fieldSetter(id)(other, fieldGetter(id)(message));
    const read = createJsonReaders(plainStyle).message(CustomerSchema);
    const { email } = read({ email: "b@example.com" }, { depth: 0, keys: 0 });
    const written = binaryWriter(CustomerSchema)(message, 0).toString("hex");
    console.log(written, other.id, email, new CodeGenerator().compile("() => 1") === undefined);`;
  const customer = create(CustomerSchema, { id: "cus_1", email: "a@example.com", metadata: { a: "b" } });
  const hex = Buffer.from(toBinary(CustomerSchema, customer)).toString("hex");
  const run = (flags: readonly string[]) =>
    spawnSync(process.execPath, [...flags, "--input-type=module", "-e", script, hex], { encoding: "utf8" })
      .stdout;
  t.equal(run(["--disallow-code-generation-from-strings"]), `${hex} cus_1 b@example.com true\n`);
  t.equal(run([]), `${hex} cus_1 b@example.com false\n`);
});
