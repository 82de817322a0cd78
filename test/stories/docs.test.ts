import t from "tap";

import { startTestApp, testConfig } from "../support/app.js";
import { openWindow } from "../support/browser-window.js";
import { onSqlite } from "../support/database.js";

await onSqlite(t, "beside the page there is what it is made of, and nothing else", async (t, engine) => {
  const app = await startTestApp(t, testConfig(engine));
  for (const path of [
    "/docs/index.html",
    "/docs/..%2fpackage.json",
    "/docs/swagger-ui.css/",
    "/docs/package.json",
  ]) {
    t.equal((await app.call("GET", path, undefined)).status, 404, path);
  }
  t.equal((await app.call("POST", "/docs", undefined, {})).status, 405);
  const page = await app.call("GET", "/docs", undefined);
  t.match(
    page.headers.get("content-security-policy"),
    /^default-src 'none'; script-src 'self'; style-src 'self';/,
  );
  const paths = ["swagger-ui.css", "start.css", "swagger-ui-bundle.js", "start.js"].map(
    (file) => `/docs/${file}`,
  );
  for (const at of ["/docs", "/docs/"]) {
    const { text } = await app.call("GET", at, undefined);
    const files = [...text.matchAll(/(?:src|href)="(?!data:)([^"]+)"/g)];
    const linked = files.map(([, file = ""]) => new URL(file, `${app.local}${at}`).pathname);
    t.same(linked, ["/favicon.ico", ...paths.slice(0, 2), "/openapi.json", ...paths.slice(2)], at);
  }
  for (const path of paths) t.equal((await app.call("GET", path, undefined)).status, 200, path);
});

await onSqlite(t, "the page of the API is drawn without a word to anybody outside", async (t, engine) => {
  const app = await startTestApp(t, testConfig(engine));
  const window = await openWindow(t, { viewport: { width: 1280, height: 900 } });
  const page = await window.newPage();
  const complaints: string[] = [];
  const elsewhere: string[] = [];
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => {
    if (!request.url().startsWith(app.local) && !request.url().startsWith("data:"))
      elsewhere.push(request.url());
  });

  await page.goto(`${app.local}/docs`);
  await page.getByText("Creates a session and returns the URL to send the shopper to").click();
  await page.getByText("cs_0demo").first().waitFor();
  for (const [width, height] of [
    [1280, 900],
    [375, 800],
  ] as const) {
    await page.setViewportSize({ width, height });
    const wide = await page.evaluate(
      "document.documentElement.scrollWidth - document.documentElement.clientWidth",
    );
    t.equal(wide, 0, `nothing is cut off at a width of ${width}`);
  }
  t.same(complaints, [], "the page's own policy lets in all that it needs");
  t.same(elsewhere, []);
});
