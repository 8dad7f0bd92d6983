import { hash } from 'node:crypto';
import { glob, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InMemoryCache } from '@apollo/client';
import { codegen } from '@graphql-codegen/core';
import * as typedDocumentNode from '@graphql-codegen/typed-document-node';
import * as typescriptOperations from '@graphql-codegen/typescript-operations';
import { apiSchemaOf } from '@tributary/gateway/planning/api-schema';
import { printApiSchema } from '@tributary/gateway/planning/print-api-schema';
import { type DocumentNode, getOperationAST, parse, print } from 'graphql';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));
const SUPERGRAPH = fileURLToPath(new URL('../../gateway/supergraph.graphql', import.meta.url));

/** How scalars of the graph come over the wire. */
const SCALARS = {
  Currency: 'string',
  CountryCode: 'string',
  DateTime: 'string',
  EmailAddress: 'string',
  PositiveInt: 'number',
  SafeInt: 'number',
  URL: 'string',
  UUID: 'string',
};

/**
 * Makes two files of `operations/`: their types and documents (`generated/graphql.ts`), and the manifest by which a gateway knows them
 * (`generated/operations.json`).
 *
 * @throws GraphQLError for an operation that the schema does not have
 */
export async function generateClient(): Promise<void> {
  const schema = parse(printApiSchema(apiSchemaOf(await readFile(SUPERGRAPH, 'utf8'))));
  const documents = await readOperations();
  const generated = await codegen({
    filename: 'graphql.ts',
    schema,
    documents: documents.map(({ file, document }) => ({ location: file, document })),
    config: {
      useTypeImports: true,
      enumType: 'string-literal',
      scalars: SCALARS,
      strictScalars: true,
      nonOptionalTypename: true,
      skipTypeNameForRoot: true,
      documentNodeImport: '@apollo/client#TypedDocumentNode',
    },
    plugins: [{ typescriptOperations: {} }, { typedDocumentNode: {} }],
    pluginMap: { typescriptOperations, typedDocumentNode },
  });
  await mkdir(join(FOLDER, 'generated'), { recursive: true });
  await writeFile(join(FOLDER, 'generated/graphql.ts'), generated);
  const manifest = { format: 'apollo-persisted-query-manifest', version: 1, operations: documents.map(manifestEntry) };
  await writeFile(join(FOLDER, 'generated/operations.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
}

async function readOperations(): Promise<{ file: string; document: DocumentNode }[]> {
  const files: string[] = [];
  for await (const file of glob('operations/*.graphql', { cwd: FOLDER })) files.push(file);
  const read = async (file: string) => ({ file, document: parse(await readFile(join(FOLDER, file), 'utf8')) });
  return Promise.all(files.toSorted().map(read));
}

/** The text as Apollo Client sends it, with the type names that its cache asks for, and the hash that it sends in its place. */
function manifestEntry({ document }: { document: DocumentNode }) {
  const sent = new InMemoryCache().transformDocument(document);
  const { name, operation: type } = getOperationAST(document) ?? {};
  const body = print(sent);
  return { id: hash('sha256', body), name: name?.value, type, body };
}
