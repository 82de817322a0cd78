import t from "tap";

import { CAPTURE_NOW, saleTextFields, textField } from "../../src/cardstream/sale-fields.js";

t.test("a sale says that it is captured at once, in days", async (t) => {
  t.same(CAPTURE_NOW, ["captureDelay", "0"]);
});

t.test("what is not given is left to the account's settings", async (t) => {
  t.same(saleTextFields({}), []);
  t.same(saleTextFields({ statementDescriptor: null, receiptEmail: null }), []);
  t.same(textField("customerEmail", undefined), []);
  t.same(textField("customerEmail", null), []);
});

t.test("the statement's text is said, and that a receipt is to be sent", async (t) => {
  t.same(saleTextFields({ statementDescriptor: "CAFÉ LUNA", receiptEmail: "ada@example.com" }), [
    ["statementNarrative1", "CAFÉ LUNA"],
    ["customerReceiptsRequired", "Y"],
  ]);
  t.same(textField("customerEmail", "ada@example.com"), [["customerEmail", "ada@example.com"]]);
});
