import { type DocumentNode, type GraphQLSchema, Kind, parse, validate } from 'graphql';
import type { SchemaChange } from './schema-change.ts';
import { usedCoordinates } from './used-coordinates.ts';

/** An operation that some client is known to send. */
export interface KnownOperation {
  /** Whose it is, for people: `web 1.4`. */
  readonly client: string;
  readonly name: string;
  /** The text: one operation with its fragments. */
  readonly body: string;
}

/** Operations that clients are known to send, and what they use of a schema. */
export class KnownOperations {
  readonly valid: readonly { readonly operation: KnownOperation; readonly document: DocumentNode }[];
  readonly #uses: readonly { readonly label: string; readonly coordinates: ReadonlySet<string> }[];

  /** @param schema that the operations are for; those that it does not take were broken before, and say nothing */
  constructor(operations: readonly KnownOperation[], schema: GraphQLSchema) {
    this.valid = operations.flatMap((operation) => {
      const document = parsed(operation.body);
      return document && problemsOf(document, schema).length === 0 ? [{ operation, document }] : [];
    });
    this.#uses = this.valid.map(({ operation, document }) => ({
      label: labelOf(operation),
      coordinates: usedCoordinates(document, schema),
    }));
  }

  /** Labels of the operations that meet a change, each once. */
  usersOf({ affects }: Pick<SchemaChange, 'affects'>): string[] {
    const users = this.#uses.filter(
      ({ coordinates }) => affects === 'everything' || affects.some((coordinate) => coordinates.has(coordinate)),
    );
    return [...new Set(users.map(({ label }) => label))];
  }

  /** Those that another schema refuses, with its reasons. */
  brokenBy(next: GraphQLSchema): { label: string; reasons: string[] }[] {
    return this.valid.flatMap(({ operation, document }) => {
      const reasons = problemsOf(document, next);
      return reasons.length > 0 ? [{ label: labelOf(operation), reasons }] : [];
    });
  }
}

/** As reports name an operation. */
export function labelOf({ name, client }: KnownOperation): string {
  return `${name} (${client})`;
}

/** As far as validation goes; it overlooks that a schema may have no mutations at all. */
function problemsOf(document: DocumentNode, schema: GraphQLSchema): string[] {
  const rootless = document.definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION && !schema.getRootType(definition.operation)
      ? [`The schema has no ${definition.operation} type.`]
      : [],
  );
  return [...rootless, ...validate(schema, document).map(({ message }) => message)];
}

function parsed(body: string): DocumentNode | undefined {
  try {
    return parse(body, { noLocation: true });
  } catch {
    return undefined;
  }
}
