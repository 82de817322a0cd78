import { readdirSync, readFileSync } from "node:fs";

import { fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { credentials, Metadata, status } from "@grpc/grpc-js";
import t from "tap";

import { createTestMerchant, startTestApp, testConfig } from "../support/app.js";
import { onSqlite } from "../support/database.js";
import { anOrder } from "../support/orders.js";
import { ask, type Loose, reflectedClasses, VERSIONS } from "../support/reflection.js";

/** Every service of the API, as the proto files name them, and those that every gRPC service has. */
const SERVICES = [
  ...readdirSync("proto/calmonypay/v1").flatMap((file) => {
    const text = readFileSync(`proto/calmonypay/v1/${file}`, "utf8");
    return [...text.matchAll(/^service (\w+)/gm)].map(([, name]) => `calmonypay.v1.${name}`);
  }),
  "grpc.health.v1.Health",
  "grpc.reflection.v1.ServerReflection",
  "grpc.reflection.v1alpha.ServerReflection",
].toSorted();

await onSqlite(t, "reflection says what it does not know, and goes on", async (t, engine) => {
  const app = await startTestApp(t, testConfig(engine));
  for (const version of VERSIONS) {
    const answers = await ask(app.urls.grpc, version, [
      { file_by_filename: "calmonypay/v1/payout.proto" },
      { file_containing_symbol: "calmonypay.v1.Payout" },
      {
        file_containing_extension: { containing_type: "google.protobuf.MethodOptions", extension_number: 7 },
      },
      { all_extension_numbers_of_type: "calmonypay.v1.Payout" },
    ]);
    t.equal(answers.length, 4);
    for (const answer of answers) t.match(answer, { error_response: { error_code: status.NOT_FOUND } });
    const [nothing] = await ask(app.urls.grpc, version, [{ host: "here" }]);
    t.match(nothing, { valid_host: "here", error_response: { error_code: status.INVALID_ARGUMENT } });
  }
});

await onSqlite(
  t,
  "reflection lists every service, and tells of each what it is made of",
  async (t, engine) => {
    const app = await startTestApp(t, testConfig(engine));
    for (const version of VERSIONS) {
      const questions = [
        { list_services: "" },
        { file_containing_symbol: "calmonypay.v1.CheckoutService.ListCheckoutSessions" },
        { file_by_filename: "calmonypay/v1/checkout_session.proto" },
        {
          file_containing_extension: {
            containing_type: "google.protobuf.MethodOptions",
            extension_number: 72295728,
          },
        },
        { all_extension_numbers_of_type: "google.protobuf.MethodOptions" },
        { all_extension_numbers_of_type: "calmonypay.v1.CheckoutSession" },
      ];
      const [services, symbol, file, extension, numbers, none] = await ask(app.urls.grpc, version, questions);
      t.same(services.list_services_response.service.map(({ name }: Loose) => name).toSorted(), SERVICES);
      t.equal(filesOf(symbol)[0], "calmonypay/v1/checkout_service.proto");
      t.ok(filesOf(symbol).includes("google/protobuf/descriptor.proto"), "with all that it imports");
      t.same(filesOf(file), ["calmonypay/v1/checkout_session.proto"], "and nothing that was sent before");
      t.same(file.original_request, { host: "", message_request: "file_by_filename", ...questions[2] });
      t.equal(filesOf(extension)[0], "google/api/annotations.proto");
      t.same(numbers.all_extension_numbers_response.extension_number, [72295728]);
      t.same(none.all_extension_numbers_response.extension_number, []);
    }
  },
);

await onSqlite(t, "reflection knows the details of errors, which no service names", async (t, engine) => {
  const app = await startTestApp(t, testConfig(engine));
  for (const version of VERSIONS) {
    const [retry] = await ask(app.urls.grpc, version, [{ file_containing_symbol: "google.rpc.RetryInfo" }]);
    t.same(filesOf(retry), ["google/rpc/error_details.proto", "google/protobuf/duration.proto"]);
  }
});

await onSqlite(t, "a client that knows nothing makes its calls from reflection", async (t, engine) => {
  const config = testConfig(engine);
  const { testKey } = await createTestMerchant(config);
  const app = await startTestApp(t, config);
  const metadata = new Metadata();
  metadata.set("authorization", `Bearer ${testKey}`);
  for (const version of VERSIONS) {
    const { calmonypay }: Loose = await reflectedClasses(app.urls.grpc, version);
    const client = new calmonypay.v1.CheckoutService(app.urls.grpc, credentials.createInsecure());
    t.teardown(() => client.close());
    const call = (method: string, request: object) =>
      new Promise<Loose>((resolve, reject) => {
        client[method](request, metadata, (error: unknown, answer: Loose) =>
          error === null ? resolve(answer) : reject(error),
        );
      });
    const { checkout_session: created } = await call("CreateCheckoutSession", anOrder());
    t.match(created, { object: "checkout.session", status: "CHECKOUT_SESSION_STATUS_OPEN" });
    const { checkout_session: read } = await call("GetCheckoutSession", { id: created.id });
    t.same(read, created);
  }
});

function filesOf(answer: Loose): string[] {
  return answer.file_descriptor_response.file_descriptor_proto.map(
    (bytes: Buffer) => fromBinary(FileDescriptorProtoSchema, bytes).name,
  );
}
