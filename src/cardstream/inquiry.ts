import type { GatewayResult } from "../domain/gateway-result.js";
import type { DirectAccount, DirectAnswer, DirectClient } from "./direct-client.js";
import type { SearchedAction, TransactionSearch } from "./transaction-search.js";

/** The account to ask for, and its token for the gateway's search where it has one. */
export interface InquiryAccount extends DirectAccount {
  readonly restToken: string | undefined;
}

/** What is asked: what became of the transactions, of one kind or all, under one `transactionUnique`. */
export interface Question {
  readonly action?: SearchedAction;
  readonly transactionUnique: string;
  /** Of its transactions whose end is not known. */
  readonly openXrefs: readonly string[];
  /** Of those whose end is: nobody needs to ask about them. */
  readonly knownXrefs: readonly string[];
}

/** One transaction as the gateway tells it now, in its own signed words. */
export interface ReportedTransaction {
  /** Whether its `xref` was known, or was found by a search. */
  readonly way: "query" | "search";
  readonly result: GatewayResult;
  readonly body: Buffer;
}

/** What the gateway said. */
export interface Inquired {
  readonly reported: readonly ReportedTransaction[];
  /** True where it listed all of them. */
  readonly searched: boolean;
  /** Why something was not answered, for the log: of a sale that is there, or of the list itself. */
  readonly unansweredSale: string | undefined;
  readonly unansweredSearch: string | undefined;
}

/** Asks the gateway what became of payments, by the ways that it has: `QUERY`, and its search. */
export interface Inquiry {
  ask(account: InquiryAccount, question: Question): Promise<Inquired>;
}

/** Makes an inquiry of the two ways. It never throws for what the gateway does. */
export function createInquiry(direct: DirectClient, search: TransactionSearch): Inquiry {
  return {
    async ask(account, question) {
      const known = await queryEach(direct, account, question, "query", question.openXrefs);
      const list = await searchTransactions(search, account, question);
      const asked = new Set([...question.openXrefs, ...question.knownXrefs]);
      const unheardOf = list.xrefs.filter((xref) => !asked.has(xref));
      const found = await queryEach(direct, account, question, "search", unheardOf);
      return {
        reported: [...known.reported, ...found.reported],
        searched: list.searched,
        unansweredSale: known.unanswered ?? found.unanswered,
        unansweredSearch: list.unanswered,
      };
    },
  };
}

/** The gateway asks not to be asked about several at once (guide 1.7.5). */
async function queryEach(
  direct: DirectClient,
  account: InquiryAccount,
  { transactionUnique }: Question,
  way: ReportedTransaction["way"],
  xrefs: readonly string[],
): Promise<{ reported: ReportedTransaction[]; unanswered: string | undefined }> {
  const reported: ReportedTransaction[] = [];
  let unanswered: string | undefined;
  for (const xref of xrefs) {
    const answer = await direct.query(account, xref);
    if (answer.kind === "answered" && isAnswerTo(answer.result, transactionUnique, xref)) {
      reported.push({ way, result: answer.result, body: answer.body });
    } else unanswered = reason(answer);
  }
  return { reported, unanswered };
}

/** An error answers with the `xref` that was asked for, and names no payment. */
function isAnswerTo(result: GatewayResult, transactionUnique: string, xref: string): boolean {
  return result.transactionUnique === transactionUnique && result.xref === xref;
}

function reason(answer: DirectAnswer): string {
  if (answer.kind === "no answer") return answer.why;
  return answer.kind === "answered" ? `code ${answer.result.responseCode}` : answer.kind;
}

async function searchTransactions(
  search: TransactionSearch,
  { gatewayUrl, restToken }: InquiryAccount,
  { action, transactionUnique }: Question,
): Promise<{ xrefs: readonly string[]; searched: boolean; unanswered: string | undefined }> {
  if (restToken === undefined) return { xrefs: [], searched: false, unanswered: undefined };
  const answer = await search.find({ gatewayUrl, restToken }, action, transactionUnique);
  if (answer.kind === "found") return { xrefs: answer.xrefs, searched: true, unanswered: undefined };
  return { xrefs: [], searched: false, unanswered: answer.kind === "no answer" ? answer.why : answer.kind };
}
