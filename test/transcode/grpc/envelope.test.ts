import { Code } from "@connectrpc/connect";
import * as fc from "fast-check";
import t from "tap";
import { OneMessage, PREFIX_BYTES, withPrefix } from "../../../src/transcode/grpc/envelope.js";

const MAX = 100;

/** What is read of these pieces; throws as soon as the reader does. */
function read(...pieces: Uint8Array[]): Buffer {
  const reader = new OneMessage(MAX);
  for (const piece of pieces) reader.add(Buffer.from(piece));
  return reader.end();
}

t.test("a call without a whole message is refused", (t) => {
  t.throws(() => read(), { code: Code.Unimplemented, rawMessage: /missing input message/ });
  const whole = enveloped(Buffer.from("abc"));
  for (let end = 1; end < whole.length; end++) {
    t.throws(() => read(whole.subarray(0, end)), { code: Code.InvalidArgument, rawMessage: /incomplete/ });
  }
  t.end();
});

t.test("a second message is refused, and so are bytes that are none", (t) => {
  const message = enveloped(Buffer.from("abc"));
  t.throws(() => read(message, message), { code: Code.Unimplemented, rawMessage: /extra input message/ });
  t.throws(() => read(Buffer.concat([message, message])), { code: Code.Unimplemented });
  t.throws(() => read(message, enveloped(Buffer.alloc(0))), { code: Code.Unimplemented });
  t.throws(() => read(message, Buffer.from([0])), { code: Code.InvalidArgument });
  t.end();
});

t.test("a message that is too large is refused before it has arrived", (t) => {
  const reader = new OneMessage(MAX);
  const tooLarge = enveloped(Buffer.alloc(MAX + 1));
  t.throws(() => reader.add(tooLarge.subarray(0, 5)), {
    code: Code.ResourceExhausted,
    rawMessage: `The request body is larger than ${MAX} bytes.`,
  });
  t.equal(read(enveloped(Buffer.alloc(MAX))).length, MAX);
  t.end();
});

t.test("a message that says it is compressed is refused where the call does not say how", (t) => {
  const compressed = enveloped(Buffer.from("abc"));
  compressed[0] = 1;
  t.throws(() => read(compressed), { code: Code.InvalidArgument, rawMessage: /no header says how/ });
  t.end();
});

t.test("flags that a client has no use for are refused", (t) => {
  for (const flags of [2, 3, 0x80, 0x81, 0xff]) {
    const message = enveloped(Buffer.from("abc"));
    message[0] = flags;
    t.throws(() => read(message), { code: Code.InvalidArgument, rawMessage: /unknown flags/ });
  }
  t.end();
});

t.test("a message comes out as it went in, however the network cuts it", (t) => {
  const cuts = fc.array(fc.nat(MAX + 5), { maxLength: 8 });
  const property = fc.property(fc.uint8Array({ maxLength: MAX }), cuts, (message, at) => {
    const whole = enveloped(message);
    const ends = [...at.filter((end) => end <= whole.length), whole.length].toSorted((a, b) => a - b);
    const pieces = ends.map((end, index) => whole.subarray(ends[index - 1] ?? 0, end));
    return read(...pieces).equals(message);
  });
  t.doesNotThrow(() => fc.assert(property));
  t.end();
});

function enveloped(message: Uint8Array): Buffer {
  return withPrefix(Buffer.concat([Buffer.alloc(PREFIX_BYTES), message]));
}
