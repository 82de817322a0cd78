import { Code } from "@connectrpc/connect";
import * as fc from "fast-check";
import t from "tap";
import { timeoutOf } from "../../../src/transcode/call/deadline.js";

t.test("a grpc-timeout that is none is refused", (t) => {
  for (const header of [
    "",
    "50",
    "m",
    "50 m",
    "-1S",
    "1.5S",
    "123456789m",
    "1s",
    "1h",
    "0x1S",
    "1S,1S",
    "1S ",
  ]) {
    t.throws(() => timeoutOf("grpc-timeout", header, 1000), { code: Code.InvalidArgument }, header);
  }
  t.end();
});

t.test("a client can shorten the server's limit, and never lengthen it", (t) => {
  const units: [string, number][] = [
    ["50m", 50],
    ["2S", 2000],
    ["1M", 60_000],
    ["1H", 3_600_000],
    ["1500u", 2],
    ["1n", 1],
    ["0S", 0],
  ];
  for (const [header, ms] of units) t.equal(timeoutOf("grpc-timeout", header, 10_000_000), ms, header);
  t.equal(timeoutOf("grpc-timeout", undefined, 1000), 1000);
  const header = fc
    .tuple(fc.nat(99_999_999), fc.constantFrom("H", "M", "S", "m", "u", "n"))
    .map(([value, unit]) => `${value}${unit}`);
  fc.assert(
    fc.property(header, fc.integer({ min: 1, max: 3_600_000 }), (header, limit) => {
      const ms = timeoutOf("grpc-timeout", header, limit);
      return Number.isInteger(ms) && ms >= 0 && ms <= limit;
    }),
  );
  t.end();
});
