import type { AccessObjects } from './access-scene.ts';

type Path = readonly (string | number)[];

/** A way to an object of a type. */
interface Entrance {
  readonly name: string;
  /** The selection set of the operation, around one on the object. */
  around(selection: string, objects: AccessObjects): string;
  /** Where the object is in the answer. */
  readonly path: Path;
}

/** An operation that selects one field, and where the field is in its answer. */
export interface Way {
  readonly name: string;
  document(selection: string, objects: AccessObjects): string;
  pathOf(field: string): Path;
}

const ORDER: readonly Entrance[] = [
  { name: 'direct', around: (s, { order }) => `order(id: "${order}") { ${s} }`, path: ['order'] },
  { name: 'node', around: (s, { order }) => `node(id: "${order}") { ... on Order { ${s} } }`, path: ['node'] },
  {
    name: 'an interface',
    around: (s, { order }) => `node(id: "${order}") { ... on Node { ... on Order { ${s} } } }`,
    path: ['node'],
  },
  {
    name: 'another entity',
    around: (s, { customer }) => `user(id: "${customer}") { orders(first: 1) { nodes { ${s} } } }`,
    path: ['user', 'orders', 'nodes', 0],
  },
  {
    name: 'a union, by `_entities`',
    around: (s, { notification }) =>
      `node(id: "${notification}") { ... on Notification { subject { ... on Order { ${s} } } } }`,
    path: ['node', 'subject'],
  },
];

const entrances: Readonly<Record<string, readonly Entrance[]>> = {
  Query: [{ name: 'direct', around: (s) => s, path: [] }],
  Mutation: [{ name: 'direct', around: (s) => s, path: [] }],
  Subscription: [{ name: 'direct', around: (s) => s, path: [] }],
  User: [
    { name: 'direct', around: (s, { customer }) => `user(id: "${customer}") { ${s} }`, path: ['user'] },
    { name: 'node', around: (s, { customer }) => `node(id: "${customer}") { ... on User { ${s} } }`, path: ['node'] },
    {
      name: 'an interface',
      around: (s, { customer }) => `node(id: "${customer}") { ... on Node { ... on User { ${s} } } }`,
      path: ['node'],
    },
    {
      name: 'another entity',
      around: (s, { review }) => `review(id: "${review}") { author { ${s} } }`,
      path: ['review', 'author'],
    },
    {
      name: 'a list of entities, by `_entities`',
      around: (s, { product }) => `product(id: "${product}") { reviews(first: 1) { nodes { author { ${s} } } } }`,
      path: ['product', 'reviews', 'nodes', 0, 'author'],
    },
  ],
  Order: ORDER,
  OrderItem: ORDER.map(({ name, around, path }) => ({
    name,
    around: (s, objects) => around(`items { ${s} }`, objects),
    path: [...path, 'items', 0],
  })),
  Notification: [
    {
      name: 'node',
      around: (s, { notification }) => `node(id: "${notification}") { ... on Notification { ${s} } }`,
      path: ['node'],
    },
    {
      name: 'an interface',
      around: (s, { notification }) => `node(id: "${notification}") { ... on Node { ... on Notification { ${s} } } }`,
      path: ['node'],
    },
    {
      name: 'another entity',
      around: (s, { customer }) => `user(id: "${customer}") { notifications(first: 1) { nodes { ${s} } } }`,
      path: ['user', 'notifications', 'nodes', 0],
    },
  ],
  Stock: [
    {
      name: 'direct',
      around: (s, { product }) => `product(id: "${product}") { stock { ${s} } }`,
      path: ['product', 'stock'],
    },
    {
      name: 'node',
      around: (s, { product }) => `node(id: "${product}") { ... on Product { stock { ${s} } } }`,
      path: ['node', 'stock'],
    },
    {
      name: 'an interface',
      around: (s, { product }) => `node(id: "${product}") { ... on Node { ... on Product { stock { ${s} } } } }`,
      path: ['node', 'stock'],
    },
    {
      name: 'another entity, by `_entities`',
      around: (s, { merchant }) => `user(id: "${merchant}") { products(first: 1) { nodes { stock { ${s} } } } }`,
      path: ['user', 'products', 'nodes', 0, 'stock'],
    },
  ],
};

/** Streams that bring objects of a type, with an id by which an order is told from others'. */
const streams: Readonly<Record<string, Entrance>> = {
  Order: { name: 'a stream', around: (s) => `orderStatusChanged { id ${s} }`, path: ['orderStatusChanged'] },
  OrderItem: {
    name: 'a stream',
    around: (s) => `orderStatusChanged { id items { ${s} } }`,
    path: ['orderStatusChanged', 'items', 0],
  },
  Notification: {
    name: 'a stream',
    around: (s) => `notificationReceived { subject { ... on Order { id } } ${s} }`,
    path: ['notificationReceived'],
  },
  Stock: {
    name: 'a stream',
    around: (s) => `orderStatusChanged { id items { product { stock { ${s} } } } }`,
    path: ['orderStatusChanged', 'items', 0, 'product', 'stock'],
  },
};

/** The ways to a field of a type by which its objects come in streams. */
export function streamsOf(type: string): readonly Way[] {
  const stream = streams[type];
  return stream ? [wayBy('subscription', stream)] : [];
}

const kinds: Readonly<Record<string, string>> = { Mutation: 'mutation', Subscription: 'subscription' };

/** All ways to a field of a type: by every entrance, and by the first one in every spelling. */
export function waysTo(type: string): readonly Way[] {
  const all = entrances[type] ?? [];
  const kind = kinds[type] ?? 'query';
  const plain = all.map((entrance) => wayBy(kind, entrance));
  const [first] = all;
  if (!first) return [];
  return [
    ...plain,
    { ...wayBy(kind, first, 'an alias', (selection) => `mine: ${selection}`), pathOf: () => [...first.path, 'mine'] },
    wayBy(kind, first, 'an inline fragment', (selection) => `... { ... on ${type} { ${selection} } }`),
    {
      ...wayBy(kind, first, 'fragments in fragments', () => '...Outer'),
      document: (selection, objects) =>
        `${kind} { ${first.around('...Outer', objects)} }
         fragment Outer on ${type} { ...Inner } fragment Inner on ${type} { ${selection} }`,
    },
  ];
}

function wayBy(
  kind: string,
  entrance: Entrance,
  name = entrance.name,
  spell = (selection: string): string => selection,
): Way {
  return {
    name,
    document: (selection, objects) => `${kind} { ${entrance.around(spell(selection), objects)} }`,
    pathOf: (field) => [...entrance.path, field],
  };
}
