import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import t, { type Test } from "tap";

import { openPage } from "./browser.js";

/** Serves `answers` by path; what was posted is kept under "posted". */
async function serve(t: Test, answers: Record<string, string | { location: string; status?: number }>) {
  const posted: string[] = [];
  const server = createServer((request, response) => {
    request.setEncoding("utf8").on("data", (text: string) => posted.push(text));
    request.on("end", () => {
      const answer = answers[request.url ?? ""] ?? "nothing here";
      if (typeof answer === "string") response.end(answer);
      else response.writeHead(answer.status ?? 303, { location: answer.location }).end();
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  t.teardown(() => server.close().closeAllConnections());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, posted };
}

await t.test(
  "a redirect of another kind than the service gives, and a loop of them, are errors",
  async (t) => {
    const { url } = await serve(t, {
      "/kept": { location: "/", status: 307 },
      "/round": { location: "/round" },
    });
    await t.rejects(openPage(`${url}/kept`), /307/);
    await t.rejects(openPage(`${url}/round`), /Too many redirects/);
  },
);

await t.test("a field that the form does not have cannot be filled in", async (t) => {
  const { url } = await serve(t, { "/": '<form action="/x"><input name="a"></form>' });
  const page = await openPage(url);
  await t.rejects(async () => page.forms[0]?.submit({ b: "1" }), /no field b/);
});

await t.test("a form is sent as a browser sends it: its controls in order, buttons left out", async (t) => {
  const form = `<form method="post" action="to?q=1&amp;r=2">
    <input type="hidden" name="hidden" value="&lt;&#39;&#x41;&#10;&amp;amp;">
    <input name="typed" value="before"><input type="checkbox" name="off" value="1"><input value="nameless">
    <select name="chosen"><option value="">None</option><option value="b" selected>B</option></select>
    <select name="first"><optgroup><option value="x">X</option><option value="y">Y</option></optgroup></select>
    <button name="pressed" value="1">Go</button><input type="submit" name="also" value="1"></form>`;
  const { url, posted } = await serve(t, { "/a/b": form, "/a/to?q=1&r=2": "<p>There &amp; then</p>" });
  const page = await openPage(`${url}/a/b`);
  t.equal(page.forms[0]?.action, `${url}/a/to?q=1&r=2`);
  t.same(page.forms[0]?.options("chosen"), ["", "b"]);
  const next = await page.forms[0]?.submit({ typed: "after", first: "y" });
  t.equal(next?.text, "There & then");
  t.same(posted, ["hidden=%3C%27A%0D%0A%26amp%3B&typed=after&chosen=b&first=y"]);
});

await t.test("redirects are followed on this machine, and end where they leave it", async (t) => {
  const { url } = await serve(t, {
    "/1": { location: "/2" },
    "/2": { location: "https://shop.example/?a=b" },
  });
  const page = await openPage(`${url}/1`);
  t.match(page, { url: "https://shop.example/?a=b", status: 303, html: "", forms: [] });
  t.same(page.redirects, [`${url}/2`, "https://shop.example/?a=b"]);
});
