import * as fc from "fast-check";
import t from "tap";

import { BinaryOutput } from "../../../src/transcode/grpc/binary-output.js";
import { CODE_POINT } from "../../support/any-text.js";

function bytesOf(write: (output: BinaryOutput) => void, headroom = 0): string {
  const output = new BinaryOutput();
  output.begin(headroom);
  write(output);
  return output.copy().subarray(headroom).toString("hex");
}

t.test("a value that does not fit its field is refused", async (t) => {
  for (const value of [undefined, null, 1, {}]) t.throws(() => bytesOf((output) => output.text(1, value)));
  for (const value of [undefined, 1, "true"]) t.throws(() => bytesOf((output) => output.bool(1, value)));
  for (const value of [-1, 1.5, 2 ** 31, "1"]) t.throws(() => bytesOf((output) => output.int32(1, value)));
  for (const value of [-1, 1.5, "1"]) t.throws(() => bytesOf((output) => output.enums(1, [1, value])));
  for (const value of [-1n, 2n ** 53n, 1]) t.throws(() => bytesOf((output) => output.int64(1, value)));
});

t.test("fields are written as the documentation of the format has them", async (t) => {
  t.equal(
    bytesOf((output) => output.int64(1, 150n)),
    "089601",
  );
  t.equal(
    bytesOf((output) => output.enums(6, [3, 270, 86942])),
    "3206038e029ea705",
  );
  t.equal(
    bytesOf((output) => output.enums(6, [])),
    "",
  );
  t.equal(
    bytesOf((output) => output.text(2, "testing")),
    "120774657374696e67",
  );
  t.equal(
    bytesOf((output) => {
      const at = output.open(3);
      output.int64(1, 150n);
      output.close(at);
    }),
    "1a03089601",
  );
  t.equal(
    bytesOf((output) => output.texts(4, { a: "b" })),
    "22060a0161120162",
  );
  t.equal(
    bytesOf((output) => output.bool(16, true)),
    "800101",
  );
});

t.test("texts of every length and alphabet are UTF-8 behind their length", async () => {
  fc.assert(
    fc.property(fc.string({ unit: CODE_POINT, maxLength: 400 }), fc.nat(9), (text, headroom) => {
      const [tag, ...rest] = Buffer.from(
        bytesOf((output) => output.text(1, text), headroom),
        "hex",
      );
      const utf8 = Buffer.from(text, "utf8");
      const length = utf8.length < 128 ? [utf8.length] : [(utf8.length % 128) | 128, utf8.length >> 7];
      return tag === 10 && Buffer.from(rest).equals(Buffer.from([...length, ...utf8]));
    }),
  );
});
