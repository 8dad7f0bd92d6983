import { Kind, parse, print, visit } from 'graphql';

const LENGTH_LIMIT = 2_000;
const TOKEN_LIMIT = 20_000;

/**
 * The text of an operation without the strings in it, one of which may be a password, and not longer than a line of the log should
 * be; of what is no GraphQL, nothing.
 */
export function loggableText(text: string): string | undefined {
  try {
    const document = parse(text, { noLocation: true, maxTokens: TOKEN_LIMIT });
    const withoutStrings = visit(document, {
      StringValue: () => ({ kind: Kind.STRING, value: '', block: false }),
    });
    return print(withoutStrings).slice(0, LENGTH_LIMIT);
  } catch {
    return undefined;
  }
}
