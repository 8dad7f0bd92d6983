import type { ErrorCodeEntry } from '@tributary/runtime/errors/error-code-entry';
import { errorCodes } from '@tributary/runtime/errors/error-codes';

const INTRODUCTION = `# Error codes

Every \`extensions.code\` that the gateway and the subgraphs answer with. Codes are stable: they keep their meaning, and new ones may come.
Messages are for people and may change.

The HTTP status holds where the whole request failed with that code, before anything was executed. An error of a part of an answer has a
\`path\`, stands beside the data of all other parts, and the status is 200. What the domain refuses (a price that changed, an e-mail address
that is taken) is no error: it is a member of the mutation's result type, with a \`code\` and a \`message\` of its own.

An error of ours that no client can do anything about is masked, in development as in production: it has \`extensions.reference\`, and the log has a
line with the same \`reference\` and all that was hidden. Every answer has \`x-request-id\`, which the log has, too.

This page is made from [\`error-codes.ts\`](../runtime/src/errors/error-codes.ts) by \`npm run docs\`.
`;

/** The text of `docs/errors.md`: the whole catalogue of error codes, in its order. */
export function errorsPage(): string {
  const rows = Object.entries<ErrorCodeEntry>(errorCodes).map(
    ([code, { httpStatus, meaning, clientAction }]) =>
      `| \`${code}\` | ${httpStatus} | ${cell(meaning)} | ${cell(clientAction)} |`,
  );
  return [INTRODUCTION, '| code | HTTP | what it means | what to do |', '|---|---|---|---|', ...rows, ''].join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
