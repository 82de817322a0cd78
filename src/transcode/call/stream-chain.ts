import { create, type DescMessage, type Message, type MessageInitShape } from "@bufbuild/protobuf";
import {
  Code,
  ConnectError,
  type Interceptor,
  type MethodImplSpec,
  type StreamResponse,
} from "@connectrpc/connect";
import {
  type CallState,
  callStateOf,
  HandlerContextView,
  type MessageCheck,
  noCheck,
  requestOf,
  responseOf,
  wrap,
} from "./chain.js";
import { connectErrorOf } from "../errors/connect-error.js";
import { AnswerHeaders, type Call, joinHeaders, type StreamAnswer } from "./call.js";

/** The interceptors and implementation of one server-streaming method. */
export type StreamChain = (message: Message, call: Call) => Promise<StreamAnswer>;

/** Composes a server-streaming method. Interceptors see its one request as a stream, as in Connect. */
export function composeStream(
  { method, impl }: Extract<MethodImplSpec, { kind: "server_streaming" }>,
  interceptors: readonly Interceptor[],
  check: MessageCheck = noCheck,
): StreamChain {
  const chain = wrap(interceptors, async (request) => {
    const { call, answer } = callStateOf(request);
    const message = await firstOf(request.message as AsyncIterable<Message>);
    await check(method.input, message);
    const messages = impl(message, new HandlerContextView(method, request, answer, call));
    return responseOf(method, true, completed(method.output, messages), answer);
  });
  return async (message, call) => {
    const callState: CallState = { call, answer: new AnswerHeaders(), response: undefined };
    try {
      const request = requestOf(method, true, onlyOne(message), callState);
      const { message: messages, header, trailer } = (await chain(request)) as StreamResponse;
      return { message: guarded(messages, callState.answer), header, trailer };
    } catch (error) {
      throw connectErrorOf(error, joinHeaders(callState.answer.made));
    }
  };
}

async function* onlyOne(message: Message): AsyncGenerator<Message> {
  yield message;
}

async function firstOf(messages: AsyncIterable<Message>): Promise<Message> {
  for await (const message of messages) return message;
  throw new ConnectError("the request has no message", Code.InvalidArgument);
}

/** Handlers may yield partial messages. */
async function* completed(
  desc: DescMessage,
  messages: AsyncIterable<MessageInitShape<DescMessage>>,
): AsyncGenerator<Message> {
  for await (const message of messages) yield create(desc, message);
}

async function* guarded(messages: AsyncIterable<Message>, answer: AnswerHeaders): AsyncGenerator<Message> {
  try {
    yield* messages;
  } catch (error) {
    throw connectErrorOf(error, joinHeaders(answer.made));
  }
}
