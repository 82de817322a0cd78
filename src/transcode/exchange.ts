import type { DescMethodServerStreaming, DescMethodUnary, Message } from "@bufbuild/protobuf";
import { createContextValues, type ContextValues } from "@connectrpc/connect";
import { deadlineExceeded, timeoutOf, within } from "./deadline.js";
import type { ErrorRenderer } from "./error.js";
import { quoted } from "./field-problem.js";
import { addHandlerHeaders, type HeaderFilter } from "./headers.js";
import { HttpCall } from "./http-call.js";
import { headerOf, type HttpRequest, type HttpResponse } from "./http.js";
import type { Invoker, StreamAnswer, UnaryAnswer } from "./invoke.js";
import type { Limits } from "./limits.js";
import { requestError } from "./request-error.js";
import { parseTarget } from "./request-target.js";
import { rendered, send, sendError, sendNothing } from "./response.js";
import type { RouteTable } from "./route-table.js";
import type { Route } from "./route.js";
import { sendStream } from "./stream.js";

/** What every exchange needs. */
export interface ExchangeParts {
  readonly table: RouteTable<Route>;
  readonly invoker: Invoker;
  readonly limits: Limits;
  readonly renderError: ErrorRenderer;
  readonly forwardHeader: HeaderFilter | undefined;
  readonly contextValues: (request: HttpRequest) => ContextValues;
}

/** One request and its answer. */
export class Exchange {
  readonly #parts: ExchangeParts;
  readonly #request: HttpRequest;
  readonly #response: HttpResponse;
  readonly #startedAt = Date.now();
  #contextValues: ContextValues | undefined;
  #route: Route | undefined;
  #timeoutMs = 0;
  #call: HttpCall | undefined;
  #expired = false;

  constructor(parts: ExchangeParts, request: HttpRequest, response: HttpResponse) {
    this.#parts = parts;
    this.#request = request;
    this.#response = response;
  }

  /** Answers the request, with an error if need be. Never throws. */
  run(): void {
    // A connection that breaks is no bug. Over HTTP/2 it would be an exception that nobody catches.
    this.#request.on("error", ignore);
    this.#response.on("error", ignore);
    try {
      this.#contextValues = this.#parts.contextValues(this.#request);
      this.#serve()?.catch((error: unknown) => this.#fail(error));
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    sendError(this.#request, this.#response, error, this.#scene(), this.#parts.renderError);
  }

  /** Answers at once where no rule fits; throws then or rejects later for what the caller is to be told. */
  #serve(): Promise<void> | undefined {
    const { method = "", url = "" } = this.#request;
    const target = parseTarget(url);
    const found = this.#parts.table.find(method, target.path);
    if (found === undefined)
      throw requestError("path_unknown", `There is nothing at ${quoted(target.path)}.`);
    if (!("route" in found)) return void this.#otherMethod(found.allow);
    const { route } = found;
    this.#route = route;
    // Looked at before the body is read: a wrong one should not cost an upload.
    this.#timeoutMs = this.#timeoutOf(route);
    const message = route.read(this.#request, target, found.segments);
    const { method: rpc } = route;
    return rpc.methodKind === "unary" ? this.#unary(route, rpc, message) : this.#stream(route, rpc, message);
  }

  /** How much time is left of what the client or the server grants, counted from the request's arrival. */
  #leftMs(): number {
    return this.#timeoutMs - (Date.now() - this.#startedAt);
  }

  #timeoutOf({ method }: Route): number {
    const { timeoutMsMax, streamTimeoutMsMax } = this.#parts.limits;
    const limit = method.methodKind === "unary" ? timeoutMsMax : streamTimeoutMsMax;
    return timeoutOf(headerOf(this.#request, "grpc-timeout"), limit);
  }

  #otherMethod(allow: readonly string[]): void {
    const headers = { allow: allow.join(", ") };
    if (this.#request.method === "OPTIONS") return sendNothing(this.#response, 204, headers);
    const text = `${quoted(this.#request.method ?? "")} is not possible here, only ${headers.allow}.`;
    throw requestError("method_not_allowed", text, undefined, headers);
  }

  #unary(route: Route, method: DescMethodUnary, read: Message | Promise<Message>): Promise<void> {
    const work = async (): Promise<UnaryAnswer> => {
      const message = read instanceof Promise ? await read : read;
      return await this.#parts.invoker.unary(method, message, this.#open(route.harmless));
    };
    return within(this.#leftMs(), work, () => this.#expire(route.harmless)).then((answer) => {
      const { contentType, body } = route.write(answer.message);
      const headers = addHandlerHeaders({ "content-type": contentType }, answer.headers);
      send(this.#request, this.#response, 200, headers, body);
    });
  }

  async #stream(
    route: Route,
    method: DescMethodServerStreaming,
    read: Message | Promise<Message>,
  ): Promise<void> {
    const work = async (): Promise<StreamAnswer> => {
      const message = await read;
      return await this.#parts.invoker.serverStream(method, message, this.#open(true));
    };
    const expire = (): Error => this.#expire(true);
    const answer = await within(this.#leftMs(), work, expire);
    await sendStream(this.#request, this.#response, answer, {
      write: route.write,
      timeoutMs: this.#leftMs(),
      expire,
      writeError: (error) => rendered(error, this.#scene(), this.#parts.renderError).body,
    });
  }

  /** The call, once there is a message for it. Nothing is called any more for whom time is up. */
  #open(droppable: boolean): HttpCall {
    if (this.#expired) throw bodyTooSlow();
    const contextValues = this.#contextValues ?? createContextValues();
    const call = new HttpCall(this.#request, contextValues, this.#leftMs(), this.#parts.forwardHeader);
    if (droppable) call.abortWith(this.#response);
    this.#call = call;
    return call;
  }

  /** The caller is told that time is up. Work that may move money goes on to its end all the same. */
  #expire(droppable: boolean): Error {
    this.#expired = true;
    if (this.#call === undefined) return bodyTooSlow();
    return droppable ? this.#call.abort(deadlineExceeded()) : deadlineExceeded();
  }

  #scene() {
    return { contextValues: this.#contextValues ?? createContextValues(), method: this.#route?.method };
  }
}

/** Nobody was called yet: unlike that of a call, the outcome is known. */
function bodyTooSlow(): Error {
  return deadlineExceeded("The request body took too long to arrive.");
}

function ignore(): void {}
