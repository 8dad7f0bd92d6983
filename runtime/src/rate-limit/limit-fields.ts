import {
  type ConstDirectiveNode,
  type DocumentNode,
  type GraphQLResolveInfo,
  GraphQLScalarType,
  Kind,
  valueFromASTUntyped,
} from 'graphql';
import { getGraphQLRateLimiter } from 'graphql-rate-limit';
import { z } from 'zod';
import { CodedError } from '../errors/coded-error.ts';
import type { SubgraphResolvers } from '../graphql/subgraph-resolvers.ts';
import { clientNetwork } from './client-network.ts';
import { FieldCallStore } from './field-call-store.ts';
import type { FieldLimits } from './field-limits.ts';

/** What a context says of who calls. */
interface Caller {
  readonly viewer?: { readonly userId: string } | null;
  readonly clientAddress?: string | undefined;
}

const DIRECTIVE = 'rateLimit';
const UNITS_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };

const directiveArguments = z.object({
  max: z.number().int().positive(),
  window: z.string().regex(/^[1-9]\d{0,5}[smh]$/, 'expected a window such as 60s, 5m or 1h'),
  identityArgs: z.array(z.string()).optional(),
});
type FieldRule = z.output<typeof directiveArguments>;

type Resolve = (source: unknown, args: Record<string, unknown>, context: unknown, info: GraphQLResolveInfo) => unknown;

/**
 * The resolvers with those limited whose fields have `@rateLimit(max: 10, window: "60s")` in a schema: so often one viewer, or one
 * client that has none, may call the field in any such time. With `identityArgs`, calls that differ in these arguments are counted
 * apart. A call beyond that is refused with RATE_LIMITED.
 *
 * `graphql-rate-limit` does it, but for two things: it knows a field by its name, and here `Query.search` is not `Shop.search`; and
 * what it keeps, see `FieldCallStore`.
 *
 * @throws Error for a directive that is not understood, or a field that has no resolver to limit
 */
export function limitFields<Context>(
  resolvers: SubgraphResolvers<Context>,
  typeDefs: DocumentNode,
  { window }: FieldLimits,
): SubgraphResolvers<Context> {
  const limited = new Map<string, Record<string, Resolve>>();
  for (const { type, field, rule } of limitedFields(typeDefs)) {
    const fields = resolvers[type];
    const resolve = fields && !(fields instanceof GraphQLScalarType) ? Reflect.get(fields, field) : undefined;
    if (typeof resolve !== 'function') throw new Error(`${type}.${field} is limited and has no resolver`);
    const call: Resolve = (...parameters) => Reflect.apply(resolve, fields, parameters);
    const ofType = limited.get(type) ?? {};
    ofType[field] = limitedResolver(`${type}.${field}`, call, rule, window);
    limited.set(type, ofType);
  }
  return Object.fromEntries(
    Object.entries(resolvers).map(([type, fields]) => {
      const ofType = limited.get(type);
      return ofType && !(fields instanceof GraphQLScalarType) ? [type, { ...fields, ...ofType }] : [type, fields];
    }),
  );
}

function limitedResolver(field: string, resolve: Resolve, rule: FieldRule, window: FieldLimits['window']): Resolve {
  const { max, identityArgs = [] } = rule;
  const store = new FieldCallStore(window, { max, windowMs: windowMsOf(rule) });
  const limit = getGraphQLRateLimiter({
    store,
    identifyContext: clientOf,
    // It is for a person; here it brings how long to wait, which the library has no place for.
    formatError: ({ contextIdentity, fieldIdentity = field }) =>
      String(store.waitMs({ contextIdentity, fieldIdentity })),
  });
  return async (source, args, context, info) => {
    const waitMs = await limit(
      { parent: source, args, context, info: { ...info, fieldName: field } },
      { max, window: rule.window, identityArgs },
    );
    if (waitMs === undefined) return resolve(source, args, context, info);
    const retryAfterSeconds = Math.max(1, Math.ceil(Number(waitMs) / 1_000));
    throw new CodedError('RATE_LIMITED', `${field} was called too often: try again in ${retryAfterSeconds} s`, {
      extensions: { field, retryAfterSeconds },
    });
  };
}

/** A context is made from a request of a gateway, which vouches for both. */
function clientOf({ viewer, clientAddress }: Caller): string {
  if (viewer) return `viewer:${viewer.userId}`;
  return clientAddress === undefined ? 'unknown' : `address:${clientNetwork(clientAddress)}`;
}

function* limitedFields(typeDefs: DocumentNode): Generator<{ type: string; field: string; rule: FieldRule }> {
  for (const definition of typeDefs.definitions) {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.OBJECT_TYPE_EXTENSION) continue;
    for (const { name, directives } of definition.fields ?? []) {
      const directive = directives?.find((used) => used.name.value === DIRECTIVE);
      if (directive) yield { type: definition.name.value, field: name.value, rule: ruleOf(directive) };
    }
  }
}

function ruleOf({ arguments: args = [] }: ConstDirectiveNode): FieldRule {
  return directiveArguments.parse(
    Object.fromEntries(args.map(({ name, value }) => [name.value, valueFromASTUntyped(value)])),
  );
}

function windowMsOf({ window }: FieldRule): number {
  return Number(window.slice(0, -1)) * (UNITS_MS[window.slice(-1)] ?? 1_000);
}
