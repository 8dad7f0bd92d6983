import { type ConstDirectiveNode, type DocumentNode, Kind, type ObjectTypeDefinitionNode } from 'graphql';
import { untypedArgument } from '../authorisation/access-directives.ts';

/** What a field of `Subscription` listens to, and where its value comes from. */
export interface SubscriptionField {
  /** The name of the events, as they are announced to viewers. */
  readonly event: string;
  /** The field of `Query` that gives the value; an event has its arguments. */
  readonly query: string;
}

/** By the names of the fields. */
export type SubscriptionFields = ReadonlyMap<string, SubscriptionField>;

const SPECIFICATION = 'https://tributary.example/specs/viewerEvents/v0.1';
const DIRECTIVE = '@onEvent';

/** What a supergraph says of subscriptions, as another thread can be sent it. */
export interface DeclaredSubscriptions {
  /** None where there is a mistake. */
  readonly fields: SubscriptionFields;
  /** What is wrong, if something is. */
  readonly mistake: string | undefined;
}

/**
 * What subgraphs say of their fields of `Subscription` by `@onEvent(name:, query:)`. A field without it has no events, and to name
 * no field of `Query` is a mistake.
 */
export function readSubscriptions(supergraph: DocumentNode): DeclaredSubscriptions {
  const directive = directiveName(supergraph);
  const fields = new Map<string, SubscriptionField>();
  if (directive === undefined) return { fields, mistake: undefined };
  const queryFields = new Set(fieldsOf(supergraph, 'query').map(({ name }) => name.value));
  for (const { name, directives = [] } of fieldsOf(supergraph, 'subscription')) {
    const use = directives.find((each) => each.name.value === directive);
    if (!use) continue;
    const field = { event: String(untypedArgument(use, 'name')), query: String(untypedArgument(use, 'query')) };
    if (!queryFields.has(field.query)) {
      const mistake = `Subscription.${name.value} takes its value from Query.${field.query}, which there is not`;
      return { fields: new Map(), mistake };
    }
    fields.set(name.value, field);
  }
  return { fields, mistake: undefined };
}

/** The name that the supergraph knows the directive by; `undefined` where no subgraph has it. */
function directiveName(document: DocumentNode): string | undefined {
  const link = schemaDirectives(document).find((each) => untypedArgument(each, 'url') === SPECIFICATION);
  if (!link) return undefined;
  const imports = untypedArgument(link, 'import');
  for (const entry of Array.isArray(imports) ? imports : []) {
    const { name, as } = typeof entry === 'string' ? { name: entry, as: undefined } : Object(entry);
    if (name === DIRECTIVE) return String(as ?? name).slice(1);
  }
  return undefined;
}

function schemaDirectives(document: DocumentNode): readonly ConstDirectiveNode[] {
  return document.definitions.flatMap((definition) =>
    definition.kind === Kind.SCHEMA_DEFINITION || definition.kind === Kind.SCHEMA_EXTENSION
      ? (definition.directives ?? [])
      : [],
  );
}

function fieldsOf(document: DocumentNode, root: 'query' | 'subscription'): ObjectTypeDefinitionNode['fields'] & object {
  const roots = document.definitions.flatMap((definition) =>
    definition.kind === Kind.SCHEMA_DEFINITION ? definition.operationTypes : [],
  );
  const typeName = roots.find(({ operation }) => operation === root)?.type.name.value;
  const type = document.definitions.find(
    (definition): definition is ObjectTypeDefinitionNode =>
      definition.kind === Kind.OBJECT_TYPE_DEFINITION && definition.name.value === typeName,
  );
  return type?.fields ?? [];
}
