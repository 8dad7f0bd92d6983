import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import {
  bindMigrationAwareSqlAdapterFactory,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils';
import type { SchemaContainer } from '@prisma/schema-engine-wasm/schema_engine_bg';
import * as bindings from '@prisma/schema-engine-wasm/schema_engine_bg';

/** No table is left out. */
export const WHOLE_SCHEMA = { externalTables: [], externalEnums: [] };

// Only the DOM's types declare this global of Node.
declare const WebAssembly: {
  instantiate(binary: Uint8Array, imports: object): Promise<{ instance: { exports: Record<string, unknown> } }>;
};

let loading: Promise<void> | undefined;

/**
 * Starts Prisma's schema engine, the one behind `prisma migrate`, inside this process: its WebAssembly build comes with npm,
 * where the native one is downloaded. Free it after use.
 */
export async function createSchemaEngine(
  schema: SchemaContainer,
  adapter: SqlMigrationAwareDriverAdapterFactory,
): Promise<bindings.SchemaEngine> {
  loading ??= load();
  await loading;
  const datamodels: [string, string][] = [[schema.path, schema.content]];
  return bindings.SchemaEngine.new({ datamodels }, ignoreLog, bindMigrationAwareSqlAdapterFactory(adapter));
}

async function load(): Promise<void> {
  // The engine looks for this global when it panics, and fails without a word unless it is there.
  Reflect.set(globalThis, 'PRISMA_WASM_PANIC_REGISTRY', { set_message: throwPanic });
  const script = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg');
  const binary = await readFile(script.replace(/\.js$/, '.wasm'));
  const imports = { ...bindings, ...timersThatLetTheProcessEnd() };
  const { instance } = await WebAssembly.instantiate(binary, { './schema_engine_bg.js': imports });
  bindings.__wbg_set_wasm(instance.exports);
  const start = instance.exports['__wbindgen_start'];
  if (typeof start !== 'function') throw new TypeError('the schema engine has no __wbindgen_start');
  start();
}

// The engine limits its wait for a lock to ten seconds and never clears that timer: a process would end ten seconds late.
function timersThatLetTheProcessEnd(): Record<string, (callback: () => void, delayMs: number) => unknown> {
  const names = Object.keys(bindings).filter((name) => name.startsWith('__wbg_setTimeout_'));
  const setUnreferencedTimeout = (callback: () => void, delayMs: number) => setTimeout(callback, delayMs).unref();
  return Object.fromEntries(names.map((name) => [name, setUnreferencedTimeout]));
}

function throwPanic(message: string): never {
  throw new Error(`Prisma's schema engine panicked: ${message}`);
}

// It logs every script it runs, and what fails it throws.
function ignoreLog(): void {}
