import { type ConstDirectiveNode, type DocumentNode, Kind } from 'graphql';
import { untypedArgument } from '../authorisation/access-directives.ts';
import { type CostDirectiveNames, costDirectiveNames } from './cost-directives.ts';

/** How long a list is, as a schema says by `@listSize`. */
export interface ListSize {
  readonly assumedSize: number | undefined;
  /** Arguments that say how many are wanted. */
  readonly slicingArguments: readonly string[];
  /** Fields of what the field gives that are the list; none where it is the list itself. */
  readonly sizedFields: readonly string[];
}

/** What a supergraph says of a field. */
export interface FieldRule {
  readonly weight: number | undefined;
  readonly listSize: ListSize | undefined;
  /** Of arguments that weigh something. */
  readonly argumentWeights: ReadonlyMap<string, number>;
  /** Subgraphs that can resolve it; none for what is not fetched. */
  readonly subgraphs: readonly string[];
}

/** What the schemas of the subgraphs say of costs, and which subgraph has which field: data that another thread can be sent. */
export interface CostRules {
  /** In a stable order. */
  readonly subgraphs: readonly string[];
  /** Of all fields of objects and interfaces, by `Type.field`. */
  readonly fields: ReadonlyMap<string, FieldRule>;
  /** Of objects, scalars and enums of which something is said, for each value. */
  readonly typeWeights: ReadonlyMap<string, number>;
  /** Of fields of inputs that weigh something, by `Type.field`. */
  readonly inputFieldWeights: ReadonlyMap<string, number>;
}

/** Reads the rules of a composed supergraph; where it says nothing of costs, defaults hold for all of it. */
export function readCostRules(supergraph: DocumentNode): CostRules {
  const names = costDirectiveNames(supergraph);
  const graphs = graphNames(supergraph);
  const fields = new Map<string, FieldRule>();
  const typeWeights = new Map<string, number>();
  const inputFieldWeights = new Map<string, number>();

  for (const definition of supergraph.definitions) {
    switch (definition.kind) {
      case Kind.OBJECT_TYPE_DEFINITION:
      case Kind.INTERFACE_TYPE_DEFINITION: {
        setWeight(typeWeights, definition.name.value, definition.directives, names);
        const owners = graphsOf(definition.directives, 'join__type', graphs);
        const plain: FieldRule = {
          weight: undefined,
          listSize: undefined,
          argumentWeights: new Map(),
          subgraphs: owners,
        };
        for (const { name, directives = [], arguments: args = [] } of definition.fields ?? []) {
          if (directives.length === 0 && args.length === 0) {
            fields.set(keyOf(definition.name.value, name.value), plain);
            continue;
          }
          const argumentWeights = new Map<string, number>();
          for (const argument of args) setWeight(argumentWeights, argument.name.value, argument.directives, names);
          const joins = directives.filter(({ name }) => name.value === 'join__field');
          const resolving = joins.filter((join) => untypedArgument(join, 'external') !== true);
          fields.set(keyOf(definition.name.value, name.value), {
            weight: weightOf(directives, names),
            listSize: listSizeOf(directives, names),
            argumentWeights,
            subgraphs: joins.length === 0 ? owners : graphsOf(resolving, 'join__field', graphs),
          });
        }
        break;
      }
      case Kind.SCALAR_TYPE_DEFINITION:
      case Kind.ENUM_TYPE_DEFINITION:
        setWeight(typeWeights, definition.name.value, definition.directives, names);
        break;
      case Kind.INPUT_OBJECT_TYPE_DEFINITION:
        for (const { name, directives } of definition.fields ?? []) {
          setWeight(inputFieldWeights, keyOf(definition.name.value, name.value), directives, names);
        }
        break;
    }
  }
  return { subgraphs: [...graphs.values()], fields, typeWeights, inputFieldWeights };
}

function keyOf(type: string, field: string): string {
  return `${type}.${field}`;
}

/** The subgraphs' names by those that the supergraph has for them. */
function graphNames(supergraph: DocumentNode): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const definition of supergraph.definitions) {
    if (definition.kind !== Kind.ENUM_TYPE_DEFINITION || definition.name.value !== 'join__Graph') continue;
    for (const { name, directives = [] } of definition.values ?? []) {
      const graph = directives.find((directive) => directive.name.value === 'join__graph');
      names.set(name.value, String((graph && untypedArgument(graph, 'name')) ?? name.value));
    }
  }
  return names;
}

function graphsOf(
  directives: readonly ConstDirectiveNode[] = [],
  directiveName: string,
  graphs: ReadonlyMap<string, string>,
): string[] {
  return directives
    .filter(({ name }) => name.value === directiveName)
    .map((directive) => graphs.get(String(untypedArgument(directive, 'graph'))))
    .filter((name) => name !== undefined);
}

function setWeight(
  weights: Map<string, number>,
  key: string,
  directives: readonly ConstDirectiveNode[] | undefined,
  names: CostDirectiveNames | undefined,
): void {
  const weight = weightOf(directives, names);
  if (weight !== undefined) weights.set(key, weight);
}

function weightOf(
  directives: readonly ConstDirectiveNode[] = [],
  names: CostDirectiveNames | undefined,
): number | undefined {
  const directive = directives.find(({ name }) => name.value === names?.cost);
  return directive && wholeNumber(untypedArgument(directive, 'weight'));
}

function listSizeOf(
  directives: readonly ConstDirectiveNode[],
  names: CostDirectiveNames | undefined,
): ListSize | undefined {
  const directive = directives.find(({ name }) => name.value === names?.listSize);
  if (!directive) return undefined;
  return {
    assumedSize: wholeNumber(untypedArgument(directive, 'assumedSize')),
    slicingArguments: texts(untypedArgument(directive, 'slicingArguments')),
    sizedFields: texts(untypedArgument(directive, 'sizedFields')),
  };
}

/** Literals of SDL are texts until they have a type. */
function wholeNumber(value: unknown): number | undefined {
  return Number.isSafeInteger(Number(value ?? undefined)) ? Number(value) : undefined;
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
