import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';

const service = z.object({
  image: z.string().optional(),
  build: z.unknown().optional(),
  user: z.string().optional(),
  command: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.coerce.string()).default({}),
  secrets: z.array(z.union([z.string(), z.object({ source: z.string(), target: z.string().optional() })])).default([]),
  configs: z.array(z.object({ source: z.string(), target: z.string() })).default([]),
  volumes: z.array(z.string()).default([]),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  healthcheck: z
    .object({ test: z.array(z.string()) })
    .loose()
    .optional(),
  stop_grace_period: z.string().optional(),
  deploy: z.object({ resources: z.object({ limits: z.record(z.string(), z.string()) }) }).optional(),
  read_only: z.boolean().optional(),
  networks: z.array(z.string()).default([]),
  ports: z.array(z.string()).default([]),
});

const composeFile = z.object({
  services: z.record(z.string(), service),
  secrets: z.record(z.string(), z.object({ file: z.string() })),
  configs: z.record(z.string(), z.object({ file: z.string() })).default({}),
});

export type ComposeFile = z.output<typeof composeFile>;
export type ComposeService = z.output<typeof service>;

/** Where `compose.yaml` is; what it names begins here. */
export const composeFolder = fileURLToPath(new URL('../../deploy/', import.meta.url));

/** `deploy/compose.yaml`, with its anchors resolved. */
export async function readComposeFile(): Promise<ComposeFile> {
  const text = await readFile(`${composeFolder}compose.yaml`, 'utf8');
  return composeFile.parse(parse(text, { merge: true }));
}

/** The environment of one of its services. */
export async function committedEnvironment(name: string): Promise<Readonly<Record<string, string>>> {
  const { services } = await readComposeFile();
  const found = services[name];
  if (!found) throw new Error(`compose.yaml has no service ${name}`);
  return found.environment;
}
