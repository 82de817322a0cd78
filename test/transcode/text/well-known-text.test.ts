import { create } from "@bufbuild/protobuf";
import { DurationSchema, FieldMaskSchema, TimestampSchema } from "@bufbuild/protobuf/wkt";
import * as fc from "fast-check";
import t from "tap";
import {
  durationOf,
  durationText,
  fieldMaskOf,
  fieldMaskText,
  timestampOf,
  timestampText,
} from "../../../src/transcode/text/well-known-text.js";

t.test("what is no moment of the calendar is refused", (t) => {
  const refused = [
    "",
    "2024-02-30T12:00:00Z",
    "2023-02-29T12:00:00Z",
    "2024-04-31T00:00:00Z",
    "2024-13-01T00:00:00Z",
    "2024-00-01T00:00:00Z",
    "2024-01-00T00:00:00Z",
    "2024-02-29T24:00:00Z",
    "2024-02-29T12:60:00Z",
    "2024-02-29T23:59:60Z",
    "2024-02-29T12:00:00",
    "2024-02-29 12:00:00Z",
    "2024-02-29t12:00:00z",
    "2024-02-29T12:00:00+24:00",
    "2024-02-29T12:00:00+01:60",
    "2024-02-29T12:00:00+0100",
    "2024-02-29T12:00:00.Z",
    "2024-02-29T12:00:00.1234567891Z",
    "2024-2-29T12:00:00Z",
    "20240-02-29T12:00:00Z",
    " 2024-02-29T12:00:00Z",
    "2024-02-29T12:00:00Z\n",
    "0000-12-31T23:59:59Z",
    "0001-01-01T00:59:59+01:00",
    "9999-12-31T23:59:59-00:01",
    "1700000000",
  ];
  for (const text of refused) t.throws(() => timestampOf(text), { name: "FieldProblem" }, text);
  t.end();
});

t.test("a time may have any offset and up to nine decimals", (t) => {
  const taken: [string, bigint, number][] = [
    ["2024-02-29T12:00:00Z", 1709208000n, 0],
    ["2024-02-29T13:30:00+01:30", 1709208000n, 0],
    ["2024-02-29T10:30:00-01:30", 1709208000n, 0],
    ["2024-02-29T12:00:00-00:00", 1709208000n, 0],
    ["1969-12-31T23:59:59.5Z", -1n, 500_000_000],
    ["0001-01-01T00:00:00Z", -62135596800n, 0],
    ["0099-06-01T00:00:00Z", -59029948800n, 0],
    ["9999-12-31T23:59:59.999999999Z", 253402300799n, 999_999_999],
  ];
  for (const [text, seconds, nanos] of taken) {
    t.same(timestampOf(text), create(TimestampSchema, { seconds, nanos }), text);
  }
  t.end();
});

t.test("times and durations that have no text are not written", (t) => {
  for (const [seconds, nanos] of [
    [253402300800n, 0],
    [-62135596801n, 0],
    [0n, -1],
    [0n, 1_000_000_000],
  ] as const) {
    t.throws(() => timestampText(create(TimestampSchema, { seconds, nanos })), RangeError);
  }
  for (const [seconds, nanos] of [
    [315576000001n, 0],
    [-315576000001n, 0],
    [1n, -1],
    [-1n, 1],
    [0n, 1_000_000_000],
  ] as const) {
    t.throws(() => durationText(create(DurationSchema, { seconds, nanos })), RangeError);
  }
  t.end();
});

t.test("what is no duration is refused", (t) => {
  const refused = [
    "",
    "s",
    "1",
    "1.5",
    "1S",
    "1sx",
    " 1s",
    "+1s",
    ".5s",
    "1.s",
    "1.0000000001s",
    "1e2s",
    "1h",
    "0x1s",
  ];
  for (const text of [...refused, "315576000001s", "-315576000001s", `${"9".repeat(400)}s`]) {
    t.throws(() => durationOf(text), { name: "FieldProblem" }, text);
  }
  t.same(durationOf("-0.5s"), create(DurationSchema, { nanos: -500_000_000 }));
  t.same(durationOf("-0s"), create(DurationSchema));
  t.same(durationOf("315576000000s"), create(DurationSchema, { seconds: 315576000000n }));
  t.end();
});

t.test("times and durations come back from their text, with 0, 3, 6 or 9 decimals", (t) => {
  const nanos = fc.oneof(
    fc.constant(0),
    fc.integer({ min: 0, max: 999 }).map((ms) => ms * 1_000_000),
    fc.nat(999_999_999),
  );
  const time = fc.tuple(fc.bigInt({ min: -62135596800n, max: 253402300799n }), nanos);
  fc.assert(
    fc.property(time, ([seconds, nanos]) => {
      const text = timestampText(create(TimestampSchema, { seconds, nanos }));
      t.match(text, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.(\d{3}){1,3})?Z$/);
      return timestampOf(text).seconds === seconds && timestampOf(text).nanos === nanos;
    }),
  );
  const length = fc.tuple(fc.bigInt({ min: 0n, max: 315576000000n }), nanos, fc.boolean());
  fc.assert(
    fc.property(length, ([size, nanos, negative]) => {
      const duration = { seconds: negative ? -size : size, nanos: negative && nanos > 0 ? -nanos : nanos };
      const back = durationOf(durationText(create(DurationSchema, duration)));
      return back.seconds === duration.seconds && back.nanos === duration.nanos;
    }),
  );
  t.end();
});

t.test("a mask is a list of field names, in lowerCamelCase or, where allowed, in snake_case", (t) => {
  for (const text of ["a,,b", ",", "a,", " a", "a b", "1", "a..b", "a.", ".a", "é", "a-b"]) {
    t.throws(() => fieldMaskOf(text, true), { name: "FieldProblem" }, text);
  }
  t.throws(() => fieldMaskOf("update_mask", false), { name: "FieldProblem" });
  t.same(
    fieldMaskOf("updateMask,a.bC,*", false),
    create(FieldMaskSchema, { paths: ["update_mask", "a.b_c", "*"] }),
  );
  t.same(fieldMaskOf("update_mask,aB", true).paths, ["update_mask", "a_b"]);
  t.same(fieldMaskOf("", false).paths, []);
  t.equal(fieldMaskText(create(FieldMaskSchema, { paths: ["update_mask", "a.b_c"] })), "updateMask,a.bC");
  for (const path of ["aB", "a__b", "a_1", "a_"]) {
    t.throws(() => fieldMaskText(create(FieldMaskSchema, { paths: [path] })), RangeError, path);
  }
  t.end();
});
