import {
  type CallOptions,
  type ChannelCredentials,
  type ClientReadableStream,
  credentials,
  loadPackageDefinition,
  Metadata,
  type ServiceError,
} from "@grpc/grpc-js";
import { load } from "@grpc/proto-loader";

/** What one call over gRPC came to. */
type Outcome =
  | { readonly error: ServiceError; readonly answer?: undefined }
  | { readonly error?: undefined; readonly answer: Answer };

// oxlint-disable-next-line typescript/no-explicit-any -- what a client without generated types gets.
type Answer = any;

/** Which service is called, and how its address is trusted. */
interface Wanted {
  readonly trust?: ChannelCredentials;
  readonly service?: string;
}

/** A client made from the proto files, by a gRPC stack that is not ours. */
export async function connect(
  address: string,
  { trust = credentials.createInsecure(), service = "CheckoutService" }: Wanted = {},
) {
  const definition = await load(fileOf(service), {
    includeDirs: ["proto", "proto/third_party"],
    keepCase: true,
    longs: String,
    enums: String,
    arrays: true,
  });
  // oxlint-disable-next-line typescript/no-explicit-any -- the loader makes classes that no type knows.
  const { calmonypay } = loadPackageDefinition(definition) as any;
  const client = new calmonypay.v1[service](address, trust);
  return {
    close: () => client.close(),
    /** Opens a stream of messages. */
    stream: (
      method: string,
      request: object,
      key: string | undefined,
      options: CallOptions = {},
    ): ClientReadableStream<Answer> => client[method](request, metadataOf(key, {}), options),
    call: (
      method: string,
      request: object,
      key: string | undefined,
      headers: Readonly<Record<string, string>> = {},
    ) =>
      new Promise<Outcome>((resolve) => {
        client[method](request, metadataOf(key, headers), (error: ServiceError | null, answer: Answer) =>
          resolve(error === null ? { answer } : { error }),
        );
      }),
  };
}

function metadataOf(key: string | undefined, headers: Readonly<Record<string, string>>): Metadata {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
  if (key !== undefined) metadata.set("authorization", `Bearer ${key}`);
  return metadata;
}

/** CheckoutService is described in checkout_service.proto. */
function fileOf(service: string): string {
  const words = service.replaceAll(/(?<!^)[A-Z]/g, (letter) => `_${letter}`);
  return `calmonypay/v1/${words.toLowerCase()}.proto`;
}
