import { setTimeout as sleep } from "node:timers/promises";
import { fromJson, type DescMethod, type DescService, type Message } from "@bufbuild/protobuf";
import { ConnectError, type ConnectRouter, type HandlerContext, type ServiceImpl } from "@connectrpc/connect";
import { file_transcodetest_v1_transcoding_cases } from "../../fixtures/gen/transcodetest/v1/transcoding_cases_pb.js";
import type { Stub } from "./cases.js";

/** What a handler was called with. */
export interface Seen {
  readonly method: DescMethod;
  readonly message: Message;
  readonly metadata: Headers;
}

/** Implements every method of the case file's services: takes down what it was called with, and does as it was told. */
export class RecordingStub {
  /** The last call since `expect`. */
  seen: Seen | undefined;
  #stub: Stub = {};

  /** Forgets what was seen, and does this from now on. */
  prepare(stub: Stub = {}): void {
    this.#stub = stub;
    this.seen = undefined;
  }

  /** Registers all services. */
  readonly routes = (router: ConnectRouter): void => {
    for (const service of file_transcodetest_v1_transcoding_cases.services) {
      router.service(service, this.#implementation(service));
    }
  };

  /** The method of a name like `transcodetest.v1.CoreService/GetItem`. */
  methodNamed(name: string): DescMethod {
    const methods = file_transcodetest_v1_transcoding_cases.services.flatMap((service) => service.methods);
    const found = methods.find((method) => `${method.parent.typeName}/${method.name}` === name);
    if (found === undefined) throw new Error(`there is no method ${name}`);
    return found;
  }

  #implementation(service: DescService): Partial<ServiceImpl<DescService>> {
    const methods = service.methods.map((method) => [method.localName, this.#handler(method)]);
    return Object.fromEntries(methods) as Partial<ServiceImpl<DescService>>;
  }

  #handler(method: DescMethod) {
    if (method.methodKind === "unary") {
      return (message: Message, context: HandlerContext) => this.#answer(method, message, context);
    }
    return (message: Message, context: HandlerContext) => this.#stream(method, message, context);
  }

  async #answer(method: DescMethod, message: Message, context: HandlerContext): Promise<Message> {
    const stub = this.#record(method, message, context);
    if (stub.delay_ms !== undefined) await sleep(stub.delay_ms, undefined, { ref: false });
    fail(stub);
    return stub.echo ? message : fromJson(method.output, stub.response ?? {});
  }

  async *#stream(method: DescMethod, message: Message, context: HandlerContext): AsyncGenerator<Message> {
    const stub = this.#record(method, message, context);
    for (const json of stub.stream ?? []) yield fromJson(method.output, json);
    fail(stub);
  }

  #record(method: DescMethod, message: Message, context: HandlerContext): Stub {
    this.seen = { method, message, metadata: context.requestHeader };
    for (const [name, value] of Object.entries(this.#stub.headers ?? {}))
      context.responseHeader.set(name, value);
    return this.#stub;
  }
}

function fail(stub: Stub): void {
  if (stub.throw !== undefined) throw new Error(stub.throw);
  if (stub.error !== undefined) throw new ConnectError(stub.error.message, stub.error.code);
}
