import type { Random } from '@tributary/prisma/seed/random';

const QUERIES = [
  '{ products { name } bestReview { stars } }',
  'query Q($a: Boolean! = true) { products { id name @include(if: $a) reviews { stars } } }',
  'mutation { rename(name: "Cup") { name } }',
  '{ __schema { types { name } } __typename }',
  'fragment F on Product { id ...G } fragment G on Product { name } { products { ...F } }',
  'subscription { products { id } }',
] as const;
const WORDS = [
  ...[
    '{',
    '}',
    '(',
    ')',
    '[',
    ']',
    ':',
    '=',
    '!',
    '|',
    '&',
    '...',
    '@',
    '$a',
    '"',
    '"""',
    '#',
    '\\',
    ',',
    '\n',
    '\u0000',
    '\ufeff',
  ],
  ...[
    'query',
    'mutation',
    'fragment',
    'on',
    'products',
    'name',
    'reviews',
    '__typename',
    '_entities',
    '_service',
    'null',
    'true',
  ],
  ...[
    '1e400',
    '-',
    '99999999999999999999',
    '"\\uD800"',
    '@skip(if: true)',
    '@include',
    '@defer',
    'representations',
    '__proto__',
    'é',
  ],
];
const VALUES = [
  'null',
  'true',
  '0',
  '-1',
  '1e999',
  '""',
  '[]',
  '{}',
  '[[[[]]]]',
  '{"__proto__":{"a":1}}',
  '"\\u0000"',
  '"é"',
  '[{}]',
  'x',
];
const MEMBERS = ['query', 'variables', 'operationName', 'extensions', '__proto__', 'constructor', 'id', 'documentId'];
const METHODS = ['POST', 'POST', 'POST', 'POST', 'GET', 'GET', 'PUT', 'OPTIONS', 'HEAD', 'DELETE', 'TRACE', 'BREW', ''];
const PATHS = [
  '/graphql',
  '/graphql',
  '/graphql',
  '/graphql/',
  '/',
  '/health/ready',
  '/health/live',
  '//graphql',
  '/%00',
  '*',
  'graphql',
  '/graphql?',
];
const TYPES = [
  'application/json',
  'application/json',
  'application/json; charset=utf-8',
  'application/json; charset=utf-16',
  'text/plain',
  '',
  'multipart/form-data',
];
const HEADERS = [
  [
    'accept',
    ['application/graphql-response+json', 'text/event-stream', '*/*', 'image/png', 'q=;;', 'application/json;q=0'],
  ],
  ['authorization', ['Bearer x', 'Bearer ', 'Basic eDp5', 'Bearer eyJhbGciOiJub25lIn0.e30.', '\u0001']],
  ['x-tributary-timeout-ms', ['0', '100000', '-1', 'x', '99999999999999']],
  ['x-tributary-explain', ['1', 'true', '']],
  ['content-encoding', ['gzip', 'identity', 'br']],
  ['accept-encoding', ['gzip', 'zstd, br;q=0.1', '*;q=0', ';']],
  ['origin', ['null', 'https://studio.apollographql.com', 'x']],
  ['x-forwarded-for', ['1.2.3.4', '::1, x', ',,,']],
  ['idempotency-key', ['x', '', '6c1f1f2e-2e0f-4a57-8f53-4d5dbf6f3e11']],
  ['transfer-encoding', ['chunked', 'gzip', 'identity, chunked']],
  ['if-none-match', ['*', '""', 'W/"x"']],
  ['x-request-id', ['a b', 'é', 'x'.repeat(300)]],
  ['last-event-id', ['1', '-1', 'x']],
  ['expect', ['100-continue', 'x']],
  ['upgrade', ['websocket', 'h2c']],
  ['host', ['', 'a b']],
] as const;

/** Makes the bytes of an HTTP request that hardly anybody would send on purpose. */
export function fuzzedRequest(random: Random): Buffer {
  const request = wellFormedRequest(random);
  if (!random.chance(0.3)) return request;
  const bytes = Buffer.from(request);
  for (let changes = random.between(1, 8); changes > 0; changes -= 1) {
    bytes[random.between(0, bytes.length - 1)] = random.between(0, 255);
  }
  return random.chance(0.3) ? bytes.subarray(0, random.between(1, bytes.length)) : bytes;
}

function wellFormedRequest(random: Random): Buffer {
  const method = pick(random, METHODS);
  const path = pick(random, PATHS);
  const body = bodyOf(random);
  const query =
    method === 'GET' ? `?query=${encodeURIComponent(documentOf(random))}&variables=${pick(random, VALUES)}` : '';
  const lines = [`${method} ${path}${query} HTTP/1.1`, 'host: a'];
  const type = pick(random, TYPES);
  if (type !== '') lines.push(`content-type: ${type}`);
  for (let count = random.between(0, 3); count > 0; count -= 1) {
    const [name, values] = pick(random, HEADERS);
    lines.push(`${name}: ${pick(random, values)}`);
  }
  const length = random.chance(0.05) ? random.between(-1, 100) : Buffer.byteLength(body);
  if (method !== 'GET') lines.push(`content-length: ${length}`);
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${method === 'GET' ? '' : body}`);
}

function bodyOf(random: Random): string {
  if (random.chance(0.1)) return pick(random, VALUES);
  if (random.chance(0.1)) return `[${membersOf(random)},${membersOf(random)}]`;
  return membersOf(random);
}

function membersOf(random: Random): string {
  const members = [`"query":${JSON.stringify(documentOf(random))}`];
  while (random.chance(0.4)) members.push(`"${pick(random, MEMBERS)}":${pick(random, VALUES)}`);
  return `{${members.join(',')}}`;
}

function documentOf(random: Random): string {
  const document = pick(random, QUERIES);
  if (random.chance(0.3)) return document;
  if (random.chance(0.3)) return Array.from({ length: random.between(1, 40) }, () => pick(random, WORDS)).join(' ');
  const at = random.between(0, document.length);
  return document.slice(0, at) + pick(random, WORDS) + document.slice(at + random.between(0, 5));
}

function pick<T>(random: Random, items: readonly T[]): T {
  const item = items[random.between(0, items.length - 1)];
  if (item === undefined) throw new RangeError('there is nothing to pick from');
  return item;
}
