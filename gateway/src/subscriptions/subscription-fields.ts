import { type ConstDirectiveNode, type DocumentNode, Kind, type ObjectTypeDefinitionNode, parse } from 'graphql';
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

/**
 * What subgraphs say of their fields of `Subscription` by `@onEvent(name:, query:)`. A field without it has no events.
 * @throws Error when a field names no field of `Query`
 */
export function readSubscriptionFields(supergraphSdl: string): SubscriptionFields {
  const document = parse(supergraphSdl, { noLocation: true });
  const directive = directiveName(document);
  const found = new Map<string, SubscriptionField>();
  if (directive === undefined) return found;
  const queryFields = new Set(fieldsOf(document, 'query').map(({ name }) => name.value));
  for (const { name, directives = [] } of fieldsOf(document, 'subscription')) {
    const use = directives.find((each) => each.name.value === directive);
    if (!use) continue;
    const field = { event: String(untypedArgument(use, 'name')), query: String(untypedArgument(use, 'query')) };
    if (!queryFields.has(field.query)) {
      throw new Error(`Subscription.${name.value} takes its value from Query.${field.query}, which there is not`);
    }
    found.set(name.value, field);
  }
  return found;
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
