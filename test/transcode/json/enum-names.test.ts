import { create, createFileRegistry, type DescEnum } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import t from "tap";
import { fullEnumNames, plainEnumNames } from "../../../src/transcode/json/dialect.js";

t.test("an enum in which two values would have one plain name is refused", (t) => {
  t.throws(
    () => plainEnumNames(enumOf("Color", ["COLOR_RED", "COLOR_Red"])),
    /Color has two values called red/,
  );
  t.throws(() => plainEnumNames(enumOf("Color", ["RED", "red"])), /two values called red/);
  t.end();
});

t.test("plain names lose the prefix that repeats the enum's name", (t) => {
  const cases: [string, string[], string[]][] = [
    ["CheckoutStatus", ["CHECKOUT_STATUS_UNSPECIFIED", "CHECKOUT_STATUS_OPEN"], ["unspecified", "open"]],
    ["HTTPMode", ["HTTP_MODE_A", "HTTP_MODE_B_C"], ["a", "b_c"]],
    ["Oauth2Flow", ["OAUTH2_FLOW_A", "OAUTH2_FLOW_B"], ["a", "b"]],
    ["Color", ["COLOR_RED", "GREEN"], ["color_red", "green"]],
    ["Color", ["COLOR_", "COLOR_RED"], ["color_", "color_red"]],
  ];
  for (const [name, values, plain] of cases) {
    const names = plainEnumNames(enumOf(name, values));
    t.same(
      values.map((_, number) => names.name(number)),
      plain,
    );
    values.forEach((value, number) => {
      t.equal(names.number(value), number, "the full name is read as well");
      t.equal(names.number(plain[number] ?? ""), number);
    });
    t.equal(names.number(`${plain[0]?.toUpperCase()}x`), undefined);
    t.equal(names.name(99), undefined);
  }
  t.end();
});

t.test("full names are those of the proto file and no others", (t) => {
  const names = fullEnumNames(enumOf("Color", ["COLOR_RED", "COLOR_GREEN"]));
  t.equal(names.number("COLOR_GREEN"), 1);
  t.equal(names.name(0), "COLOR_RED");
  for (const name of ["green", "color_green", "", "constructor"])
    t.equal(names.number(name), undefined, name);
  t.end();
});

function enumOf(name: string, values: string[]): DescEnum {
  const enumType = [{ name, value: values.map((value, number) => ({ name: value, number })) }];
  const file = create(FileDescriptorProtoSchema, { name: "e.proto", syntax: "proto3", enumType });
  const desc = createFileRegistry(file, () => undefined).getEnum(name);
  if (desc === undefined) throw new Error("no enum was made");
  return desc;
}
