import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { requireSystemProgram } from '../kit/system-program.ts';

const KUBECTL = { command: 'kubectl', debianPackage: 'kubernetes-client', homebrewFormula: 'kubernetes-cli' };
const run = promisify(execFile);
const folder = fileURLToPath(new URL('../../deploy/kubernetes/', import.meta.url));

const text = z.record(z.string(), z.string());
const probe = z.object({
  httpGet: z.object({ path: z.string(), port: z.string() }),
  periodSeconds: z.number(),
  timeoutSeconds: z.number().default(1),
});
const container = z.object({
  name: z.string(),
  image: z.string(),
  args: z.array(z.string()).default([]),
  ports: z.array(z.object({ name: z.string(), containerPort: z.number() })).default([]),
  env: z.array(z.object({ name: z.string(), value: z.string() })).default([]),
  envFrom: z.array(z.object({ configMapRef: z.object({ name: z.string() }) })).default([]),
  startupProbe: probe.optional(),
  readinessProbe: probe.optional(),
  livenessProbe: probe.optional(),
  lifecycle: z.object({ preStop: z.object({ exec: z.object({ command: z.array(z.string()) }) }) }).optional(),
  resources: z.object({ requests: text, limits: text }),
  securityContext: z.record(z.string(), z.unknown()).default({}),
  volumeMounts: z.array(z.object({ name: z.string(), mountPath: z.string() })).default([]),
});
const podTemplate = z.object({
  metadata: z.object({ labels: text }),
  spec: z.object({
    terminationGracePeriodSeconds: z.number().optional(),
    automountServiceAccountToken: z.boolean().optional(),
    securityContext: z.record(z.string(), z.unknown()).default({}),
    topologySpreadConstraints: z.array(z.unknown()).default([]),
    containers: z.array(container).length(1),
    volumes: z
      .array(
        z.object({
          name: z.string(),
          secret: z.object({ secretName: z.string() }).optional(),
          configMap: z.object({ name: z.string() }).optional(),
          projected: z.object({ sources: z.array(z.object({ secret: z.object({ name: z.string() }) })) }).optional(),
        }),
      )
      .default([]),
  }),
});
const selector = z.object({
  matchLabels: text.default({}),
  matchExpressions: z
    .array(z.object({ key: z.string(), operator: z.enum(['In', 'Exists']), values: z.array(z.string()).default([]) }))
    .default([]),
});
const peer = z.object({ podSelector: selector.optional(), namespaceSelector: selector.optional() });
const policyPorts = z.array(z.object({ port: z.union([z.string(), z.number()]) })).default([]);

const specs = {
  Deployment: z.object({
    replicas: z.number().optional(),
    selector,
    minReadySeconds: z.number().default(0),
    template: podTemplate,
  }),
  Job: z.object({ template: podTemplate }),
  Service: z.object({
    selector: text,
    clusterIP: z.string().optional(),
    ports: z.array(z.object({ name: z.string(), port: z.number(), targetPort: z.union([z.string(), z.number()]) })),
  }),
  HorizontalPodAutoscaler: z.object({
    scaleTargetRef: z.object({ kind: z.string(), name: z.string() }),
    minReplicas: z.number(),
    maxReplicas: z.number(),
    metrics: z.array(
      z.object({
        type: z.string(),
        resource: z.object({ name: z.string() }).optional(),
        pods: z.object({ metric: z.object({ name: z.string() }) }).optional(),
      }),
    ),
  }),
  /** Of CloudNativePG. */
  Cluster: z.object({ serviceAccountTemplate: z.object({ metadata: z.object({ annotations: text }) }) }),
  PodDisruptionBudget: z.object({ selector }),
  NetworkPolicy: z.object({
    podSelector: selector,
    policyTypes: z.array(z.string()),
    ingress: z.array(z.object({ from: z.array(peer).default([]), ports: policyPorts })).default([]),
    egress: z.array(z.object({ to: z.array(peer).default([]), ports: policyPorts })).default([]),
  }),
};
type Specs = { [Kind in keyof typeof specs]: z.output<(typeof specs)[Kind]> };

const manifest = z.looseObject({
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional(), labels: text.optional() }),
});

export type PodTemplate = z.output<typeof podTemplate>;
export type Selector = z.output<typeof selector>;

/** What kustomize makes of an overlay. */
export interface Manifests {
  /** By name. @throws ZodError for a manifest that lacks what all of its kind have here */
  all<Kind extends keyof Specs>(kind: Kind): Map<string, Specs[Kind]>;
  /** Names of all manifests of a kind, of operators' kinds, too. */
  namesOf(kind: string): string[];
  /** Kinds and names of all manifests that have a label with a value. */
  namesWith(label: string, value: string): string[];
  /** The data of a config map. */
  configMap(name: string): Readonly<Record<string, string>>;
  namespaces(): ReadonlySet<string | undefined>;
}

/**
 * Renders an overlay with kubectl.
 *
 * @throws Error with what kubectl says when it cannot
 */
export async function renderManifests(overlay: 'base' | 'production'): Promise<Manifests> {
  const kubectl = await requireSystemProgram(KUBECTL, join(tmpdir(), 'tributary-kubectl-install.log'));
  const { stdout } = await run(kubectl, ['kustomize', join(folder, overlay)], { maxBuffer: 16 * 1024 * 1024 });
  const documents = parseAllDocuments(stdout).map((document) => manifest.parse(document.toJS()));
  const ofKind = (kind: string) => documents.filter((document) => document.kind === kind);
  const parsed = new Map<keyof Specs, Map<string, unknown>>();
  return {
    all<Kind extends keyof Specs>(kind: Kind): Map<string, Specs[Kind]> {
      const schema: z.ZodType = specs[kind];
      const known =
        parsed.get(kind) ?? new Map(ofKind(kind).map(({ metadata, spec }) => [metadata.name, schema.parse(spec)]));
      parsed.set(kind, known);
      return known as Map<string, Specs[Kind]>;
    },
    namesOf: (kind) => ofKind(kind).map(({ metadata }) => metadata.name),
    namesWith: (label, value) =>
      documents
        .filter(({ metadata }) => metadata.labels?.[label] === value)
        .map(({ kind, metadata }) => `${kind} ${metadata.name}`),
    configMap(name) {
      const found = ofKind('ConfigMap').find(({ metadata }) => metadata.name === name);
      return text.parse(found?.['data']);
    },
    namespaces: () => new Set(documents.map(({ metadata }) => metadata.namespace)),
  };
}

/** Whether a selector picks pods with these labels. */
export function picks({ matchLabels, matchExpressions }: Selector, labels: Readonly<Record<string, string>>): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values }) => {
      const value = labels[key];
      return value !== undefined && (operator === 'Exists' || values.includes(value));
    })
  );
}

/** The environment that the container of a pod gets. */
export function environmentOf(manifests: Manifests, { spec }: PodTemplate): Record<string, string> {
  const [{ env, envFrom } = { env: [], envFrom: [] }] = spec.containers;
  return Object.assign(
    {},
    ...envFrom.map(({ configMapRef }) => manifests.configMap(configMapRef.name)),
    Object.fromEntries(env.map(({ name, value }) => [name, value])),
  );
}
