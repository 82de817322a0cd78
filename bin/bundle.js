/**
 * Puts what the operator's command imports into a few files, by `node bin/bundle.js FOLDER` for a folder of
 * compiled sources: Node takes longer to open hundreds of small files than to run what is in them. What is
 * imported when it is needed stays in files of its own. With further arguments it bundles those modules instead, each
 * by its name: `node bin/bundle.js FOLDER OUTPUT start/app.js lib/log.js`.
 */
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "rolldown";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const [folder = "", output = path.join(folder, "bundle"), ...modules] = process.argv.slice(2);
const entries = modules.map((file) => [file.replace(/\.js$/, ""), path.join(folder, "src", file)]);

/**
 * Packages of many small files, each as a whole: what imports one of them has to come to the same copy. All others
 * Node reads as they are: small CommonJS, which a bundle would have to imitate, and what has native parts. TypeORM is
 * CommonJS, too, but it is 230 files of 360. The last is the bundler's own: it writes a template with `</script>` in
 * it by a function from there.
 */
const WITH_US = /^(?:(?:@bufbuild|@connectrpc|@oxc-project)\/|typeorm(?:\/|$))/;

await build({
  input: entries.length > 0 ? Object.fromEntries(entries) : path.join(folder, "src/main.js"),
  cwd: root,
  platform: "node",
  tsconfig: false, // TypeScript is compiled by now.
  external: (id) => isPackage(id) && !WITH_US.test(id),
  output: {
    dir: output,
    format: "esm",
    // Names are kept: stack traces show them, and the database stores the names of migrations.
    keepNames: true,
    // For `node --enable-source-maps`.
    sourcemap: true,
  },
});

function isPackage(id) {
  return /^[@a-z]/.test(id);
}
