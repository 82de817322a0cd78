import { importsOf, type Source, visit } from "./source-tree.js";

/** Files of tables that ask the database by written statements and by TypeORM's query builder, too. */
export function tablesAskedBothWays(sources: Source[]): string[] {
  return sources
    .filter((text) => isWrittenOut(text) && usesBuilder(text))
    .map(({ path }) => `${path} asks in both ways`);
}

/** Files that use the query builder's `orUpdate`. */
export function upsertsOfTypeorm(sources: Source[]): string[] {
  return sources.filter(callsOrUpdate).map(({ path }) => `${path} calls orUpdate`);
}

/** Whether a file is about one table. */
export function isOfTable(file: string): boolean {
  return /^src\/(db|sandbox)\/tables\//.test(file);
}

function callsOrUpdate(text: Source): boolean {
  let found = false;
  visit(text, (node) => {
    if (node.type !== "MemberExpression" || node.property.type !== "Identifier") return;
    found ||= node.property.name === "orUpdate";
  });
  return found;
}

/** By the files that run written statements, or the executor itself. */
function isWrittenOut(text: Source): boolean {
  return importsOf(text).some(({ target }) => target !== undefined && WRITTEN.test(target));
}

const WRITTEN = /^src\/db\/(query\/(select|insert|update|upsert|delete)|engine\/sql-executor)\.ts$/;

/** By the list builder's file, or a method of TypeORM's entity manager. */
function usesBuilder(text: Source): boolean {
  let found = importsOf(text).some(({ target }) => target === "src/db/query/list-query.ts");
  visit(text, (node) => {
    if (node.type !== "MemberExpression" || node.property.type !== "Identifier") return;
    const isManager = node.object.type === "Identifier" && /^(db|tx|manager)$/.test(node.object.name);
    if (node.property.name === "createQueryBuilder" || isManager) found ||= BUILDER.test(node.property.name);
  });
  return found;
}

const BUILDER =
  /^(createQueryBuilder|getRepository|query|find\w*|count\w*|exists\w*|save|insert|update\w*|upsert|delete\w*|remove)$/;
