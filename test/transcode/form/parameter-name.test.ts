import t from "tap";
import { parameterName } from "../../../src/transcode/form/parameter-name.js";

t.test("a path is written as the name of a parameter", (t) => {
  const names: [string, string][] = [
    ["customer", "customer"],
    ["created.gte", "created[gte]"],
    ["line_items[0].price_data.currency", "line_items[0][price_data][currency]"],
    ["line_items[0][quantity]", "line_items[0][quantity]"],
    [`metadata["a.b"]`, "metadata[a.b]"],
    ["metadata[a.b]", "metadata[a.b]"],
    [`items[1].metadata["x"]`, "items[1][metadata][x]"],
    [`metadata["]["]`, "metadata[][]"],
    ["", ""],
  ];
  for (const [path, name] of names) t.equal(parameterName(path), name, path);
  t.end();
});
