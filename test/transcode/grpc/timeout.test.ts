import { Code } from "@connectrpc/connect";
import t from "tap";
import { grpcTimeout } from "../../../src/transcode/grpc/timeout.js";

t.test("what is no timeout of gRPC is refused", (t) => {
  for (const text of ["", "1", "S", "1.5S", "-1S", "+1S", "1 S", " 1S", "123456789m", "1s", "1h", "1M1S"]) {
    t.throws(() => grpcTimeout(text, 30_000), {
      code: Code.InvalidArgument,
      rawMessage: `protocol error: invalid grpc timeout value: ${text}`,
    });
  }
  t.end();
});

t.test("more time than the server grants is refused", (t) => {
  for (const text of ["31S", "1M", "1H", "30001m", "99999999S"]) {
    t.throws(() => grpcTimeout(text, 30_000), { code: Code.InvalidArgument, rawMessage: /must be <= 30000/ });
  }
  t.end();
});

t.test("a timeout is in the unit that it names; without one the server's limit holds", (t) => {
  t.equal(grpcTimeout(undefined, 30_000), 30_000);
  t.equal(grpcTimeout("30S", 30_000), 30_000);
  t.equal(grpcTimeout("00000250m", 30_000), 250);
  t.equal(grpcTimeout("2500u", 30_000), 2.5);
  t.equal(grpcTimeout("2000000n", 30_000), 2);
  t.equal(grpcTimeout("1M", 60_000), 60_000);
  t.equal(grpcTimeout("1H", 3_600_000), 3_600_000);
  t.equal(grpcTimeout("0S", 30_000), 0);
  t.end();
});
