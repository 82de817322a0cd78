import type { DescMethodServerStreaming, DescMethodUnary, Message } from "@bufbuild/protobuf";
import { createContextValues, type ContextValues } from "@connectrpc/connect";
import { joinHeaders } from "../call/call.js";
import { deadlineExceeded, timeoutOf } from "../call/deadline.js";
import type { ErrorRenderer } from "../errors/connect-error.js";
import { quoted } from "../errors/field-problem.js";
import {
  addHandlerHeaders,
  type AnswerRecord,
  type HeaderFilter,
  HttpCall,
  callerGone,
  type HttpRequest,
  type HttpResponse,
  isGone,
} from "./http-call.js";
import type { Invoker, StreamAnswer, UnaryAnswer } from "../call/invoke.js";
import type { Limits } from "../call/limits.js";
import { requestError } from "../errors/request-error.js";
import { parseTarget, type Target } from "../routing/request-target.js";
import { type ErrorScene, rendered, send, sendError, sendNothing } from "./response.js";
import { isFormType } from "./request-body.js";
import type { RouteTable, Route } from "./route-table.js";
import { sendStream } from "./stream.js";

/** The parts that all exchanges share. */
export interface ExchangeParts {
  readonly table: RouteTable<Route>;
  readonly invoker: Invoker;
  readonly limits: Limits;
  readonly renderError: ErrorRenderer;
  readonly forwardHeader: HeaderFilter | undefined;
  readonly contextValues: (request: HttpRequest) => ContextValues;
  readonly answerHeaders: (request: HttpRequest) => AnswerRecord;
}

/** One request and its response. */
export class Exchange {
  readonly #parts: ExchangeParts;
  readonly #request: HttpRequest;
  readonly #response: HttpResponse;
  readonly #startedAt = performance.now();
  #contextValues: ContextValues | undefined;
  #route: Route | undefined;
  #timeoutMs = 0;
  #wrongTimeout: Error | undefined;
  #call: HttpCall | undefined;
  /** The call is not admitted yet, or its body is incomplete: the method was not invoked. */
  #reading = false;
  #answered = false;

  constructor(parts: ExchangeParts, request: HttpRequest, response: HttpResponse) {
    this.#parts = parts;
    this.#request = request;
    this.#response = response;
  }

  /** Answers the request with a response or an error. Never throws. */
  run(): void {
    // A broken connection is no bug. Over HTTP/2, an unhandled `error` event would crash the process.
    this.#request.on("error", ignore);
    this.#response.on("error", ignore);
    try {
      this.#contextValues = this.#parts.contextValues(this.#request);
      this.#serve();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** The call or its deadline, whichever is first, sends the response. */
  #fail(error: unknown): void {
    if (this.#answered) return;
    this.#answered = true;
    sendError(this.#request, this.#response, error, this.#scene(), this.#parts.renderError);
  }

  #serve(): void {
    const { method = "", url = "" } = this.#request;
    const target = parseTarget(url);
    const found = this.#parts.table.find(method, target.path);
    if (found === undefined)
      throw requestError("path_unknown", `There is nothing at ${quoted(target.path)}.`);
    if (!("route" in found)) return this.#otherMethod(found.allow);
    const { route } = found;
    this.#route = route;
    this.#grantTime(route);
    const read = (): Message | Promise<Message> => this.#read(route, target, found.segments);
    const { method: rpc } = route;
    if (rpc.methodKind === "unary") void this.#unary(route, rpc, read);
    else void this.#stream(route, rpc, read);
  }

  /** The message of an admitted call. Admission precedes reading the body. */
  #read(route: Route, target: Target, segments: readonly string[]): Message | Promise<Message> {
    const admitting = this.#parts.invoker.admit(route.method, this.#request.headers, this.#values);
    if (admitting === undefined) return this.#readAdmitted(route, target, segments);
    this.#reading = true;
    return admitting.then(() => this.#readAdmitted(route, target, segments));
  }

  #readAdmitted(route: Route, target: Target, segments: readonly string[]): Message | Promise<Message> {
    if (this.#answered) throw bodyTooSlow();
    if (this.#wrongTimeout !== undefined) throw this.#wrongTimeout;
    const read = route.read(this.#request, target, segments);
    this.#reading = read instanceof Promise;
    return read;
  }

  /** Milliseconds left of the client's or the server's limit, counted from the request's arrival. */
  #leftMs(): number {
    return this.#timeoutMs - (performance.now() - this.#startedAt);
  }

  /** An invalid timeout is reported only after admission. */
  #grantTime({ method }: Route): void {
    const { timeoutMsMax, streamTimeoutMsMax } = this.#parts.limits;
    this.#timeoutMs = method.methodKind === "unary" ? timeoutMsMax : streamTimeoutMsMax;
    const timeout = this.#request.headers["grpc-timeout"];
    if (timeout === undefined) return;
    try {
      this.#timeoutMs = timeoutOf("grpc-timeout", String(timeout), this.#timeoutMs);
    } catch (error) {
      this.#wrongTimeout = error as Error;
    }
  }

  #otherMethod(allow: readonly string[]): void {
    const headers = { allow: allow.join(", ") };
    if (this.#request.method === "OPTIONS")
      return sendNothing(this.#response, 204, Object.assign(this.#headers(), headers));
    const text = `${quoted(this.#request.method ?? "")} is not possible here, only ${headers.allow}.`;
    throw requestError("method_not_allowed", text, undefined, headers);
  }

  async #unary(
    route: Route,
    method: DescMethodUnary,
    begin: () => Message | Promise<Message>,
  ): Promise<void> {
    const timer = this.#startTimer(route.harmless);
    try {
      const read = begin();
      const message = read instanceof Promise ? await read : read;
      const answer = await this.#parts.invoker.unary(method, message, this.#open(route.harmless));
      if (!this.#answered) this.#answer(route, answer);
    } catch (error) {
      this.#fail(error);
    } finally {
      clearTimeout(timer);
    }
  }

  /** A large response takes long to write: skipped for a client that has gone. */
  #answer({ write }: Route, { message, metadata }: UnaryAnswer): void {
    if (isGone(this.#response)) return;
    const { contentType, body } = write(message);
    const record = this.#headers();
    record["content-type"] = contentType;
    send(this.#request, this.#response, 200, addHandlerHeaders(record, joinHeaders(metadata)), body);
    this.#answered = true;
  }

  async #stream(
    route: Route,
    method: DescMethodServerStreaming,
    begin: () => Message | Promise<Message>,
  ): Promise<void> {
    const timer = this.#startTimer(true);
    try {
      const message = await begin();
      const answer = await this.#parts.invoker.serverStream(method, message, this.#open(true));
      clearTimeout(timer); // From now on the stream's own timer applies.
      if (!this.#answered) await this.#sendStream(route, answer);
    } catch (error) {
      this.#fail(error);
    } finally {
      clearTimeout(timer);
    }
  }

  async #sendStream({ write }: Route, answer: StreamAnswer): Promise<void> {
    await sendStream(this.#request, this.#response, answer, {
      write,
      headers: this.#headers(),
      timeoutMs: this.#leftMs(),
      expire: () => this.#expired(true),
      writeError: (error) => rendered(error, this.#scene(), this.#parts.renderError).body,
    });
  }

  /** One timer for body and call together. With no time left, the method is not invoked. */
  #startTimer(droppable: boolean): NodeJS.Timeout | undefined {
    if (this.#timeoutMs > 0) return setTimeout(() => this.#fail(this.#expired(droppable)), this.#timeoutMs);
    this.#fail(this.#expired(droppable));
    return undefined;
  }

  /** Invokes the method once the message is complete; not after the deadline, or once the client has gone. */
  #open(droppable: boolean): HttpCall {
    if (this.#answered) throw bodyTooSlow();
    if (droppable && isGone(this.#response)) throw callerGone();
    this.#reading = false;
    const call = new HttpCall(this.#request, this.#values, this.#leftMs(), this.#parts.forwardHeader);
    if (droppable) call.abortWith(this.#response);
    this.#call = call;
    return call;
  }

  /** Reports the deadline to the caller. A method that changes something runs to its end all the same. */
  #expired(droppable: boolean): Error {
    if (this.#reading) return bodyTooSlow();
    const error = deadlineExceeded();
    if (droppable) this.#call?.abort(error);
    return error;
  }

  #headers(): AnswerRecord {
    return this.#parts.answerHeaders(this.#request);
  }

  get #values(): ContextValues {
    return this.#contextValues ?? createContextValues();
  }

  #scene(): ErrorScene {
    const form = isFormType(this.#request.headers["content-type"]);
    return { contextValues: this.#values, method: this.#route?.method, form, headers: this.#headers() };
  }
}

/** The method was not invoked, so the outcome is known. */
function bodyTooSlow(): Error {
  return deadlineExceeded("The request body took too long to arrive.");
}

function ignore(): void {}
