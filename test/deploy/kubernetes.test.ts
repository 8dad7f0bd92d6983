import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { SYSTEM_PROGRAM_LIMIT_MS } from '../kit/system-program.ts';
import { environmentOf, type Manifests, type PodTemplate, picks, renderManifests } from './manifests.ts';
import { mostStoppingMs } from './release-limits.ts';
import { makeSampleSecrets, type SampleSecrets } from './sample-secrets.ts';
import { serviceVariables } from './service-variables.ts';
import { type ListedSubgraph, listSubgraphs } from './subgraph-names.ts';

/** Which secrets there are, as base/kustomization.yaml lists them, and what is in them. */
const SECRETS: Readonly<Record<string, readonly string[]>> = {
  'tributary-gateway-keys': ['gateway-keys'],
  'tributary-token-key': ['private-key.pem'],
  'tributary-cache': ['cache-url', 'coordination-url'],
  'tributary-data': ['databases.json', 'queue-url'],
  'tributary-tls': ['tls.crt', 'tls.key'],
};

let rendered: Record<'base' | 'production', Manifests>;
let subgraphs: ListedSubgraph[];
let secrets: SampleSecrets;

beforeAll(async () => {
  const [base, production] = await Promise.all([renderManifests('base'), renderManifests('production')]);
  rendered = { base, production };
  subgraphs = await listSubgraphs();
  secrets = await makeSampleSecrets();
}, SYSTEM_PROGRAM_LIMIT_MS);
afterAll(() => secrets.remove());

const read = (path: string) => readFile(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');

describe.each(['base', 'production'] as const)('the overlay %s', (overlay) => {
  let manifests: Manifests;

  beforeAll(() => {
    manifests = rendered[overlay];
  });

  const deployment = (name: string) => {
    const found = manifests.all('Deployment').get(name);
    if (!found) throw new Error(`deploy/kubernetes has no deployment ${name}, which gateway/supergraph.yaml asks for`);
    return found;
  };
  const services = () => ['gateway', ...subgraphs.map(({ name }) => `${name}-subgraph`)];
  const containerOf = ({ spec }: PodTemplate) => {
    const [container] = spec.containers;
    if (!container) throw new Error('a pod has no container');
    return container;
  };
  const portsOf = (template: PodTemplate) =>
    Object.fromEntries(containerOf(template).ports.map(({ name, containerPort }) => [name, containerPort]));
  const labelsOf = (name: string) => deployment(name).template.metadata.labels;

  it('runs nginx, gateways and every subgraph of gateway/supergraph.yaml, and no other', () => {
    expect(manifests.namesOf('Deployment').toSorted()).toEqual([...services(), 'nginx'].toSorted());
    for (const { name } of subgraphs) {
      const { template } = deployment(`${name}-subgraph`);
      expect(containerOf(template).args).toEqual([`subgraphs/${name}/src/main.ts`]);
    }
    expect(containerOf(deployment('gateway').template).args).toEqual(['gateway/src/main.ts']);
  });

  it.each(['HorizontalPodAutoscaler', 'PodDisruptionBudget', 'NetworkPolicy'] as const)(
    'has a %s for every deployment',
    (kind) => {
      const others = new Set(['nobody', 'migrate', 'notifications-webhooks']);
      const names = manifests.namesOf(kind).filter((name) => !others.has(name));
      expect(names.toSorted()).toEqual(manifests.namesOf('Deployment').toSorted());
    },
  );

  it('tells gateways where each subgraph is: a service that picks its pods, at a port that they listen to', () => {
    const environment = environmentOf(manifests, deployment('gateway').template);
    const urls = Object.entries(environment).filter(([name]) => name.startsWith('SUBGRAPH_URL_'));
    expect(urls.map(([name]) => name).toSorted()).toEqual(
      subgraphs.map(({ name }) => `SUBGRAPH_URL_${name.toUpperCase()}`).toSorted(),
    );
    const others = ['TRIBUTARY_JWKS_URL', 'TRIBUTARY_REVOCATIONS_URL', 'TRIBUTARY_AUDIT_URL'].map(
      (name) => [name, environment[name] ?? ''] as const,
    );
    for (const [name, value] of [...urls, ...others]) {
      const { hostname, port } = new URL(value);
      const service = manifests.all('Service').get(hostname);
      expect({ name, service: hostname, ports: service?.ports.map((each) => String(each.port)) }).toEqual({
        name,
        service: hostname,
        ports: [port],
      });
      if (name.startsWith('SUBGRAPH_URL_')) {
        expect(hostname).toBe(`${name.slice('SUBGRAPH_URL_'.length).toLowerCase()}-subgraph`);
      }
      const picked = services().filter((each) =>
        picks({ matchLabels: service?.selector ?? {}, matchExpressions: [] }, labelsOf(each)),
      );
      expect(picked).toEqual([hostname]);
    }
  });

  it('sets only variables that services know, to values that they take', async () => {
    for (const name of services()) {
      const environment = environmentOf(manifests, deployment(name).template);
      const { names, read } = await serviceVariables(name.replace('-subgraph', ''));
      const unknown = Object.keys(environment).filter((each) => !names.has(each) && !each.startsWith('SUBGRAPH_URL_'));
      expect({ name, unknown }).toEqual({ name, unknown: [] });
      expect(() => read(secrets.standIn(environment))).not.toThrow();
    }
  });

  it('names what pods are told by what is in it, so that a change of it exchanges them', () => {
    // What servers of an operator's are told is the operator's to follow.
    const names = manifests.namesOf('ConfigMap').filter((name) => name.includes('tributary-'));
    expect(names.filter((name) => !/-[0-9a-z]{10}$/.test(name))).toEqual([]);
    const templates = [...manifests.all('Deployment').values()].map(({ template }) => template);
    const named = templates.flatMap(({ spec }) => [
      ...spec.containers.flatMap(({ envFrom }) => envFrom.map(({ configMapRef }) => configMapRef.name)),
      ...spec.volumes.flatMap(({ configMap }) => (configMap ? [configMap.name] : [])),
    ]);
    expect([...new Set(named)].toSorted()).toEqual(names.toSorted());
  });

  it('has accounts sign tokens for those who gateways take them from', () => {
    const [signed, taken] = ['accounts-subgraph', 'gateway'].map((name) => {
      const environment = environmentOf(manifests, deployment(name).template);
      return ['TRIBUTARY_JWT_ISSUER', 'TRIBUTARY_JWT_AUDIENCE'].map((each) => environment[each]);
    });
    expect(signed).toEqual(taken);
  });

  it('opens the ports that services listen to, and has services and probes go there by name', () => {
    for (const name of services()) {
      const { template } = deployment(name);
      const { PORT, TRIBUTARY_METRICS_PORT, HOST, TRIBUTARY_METRICS_HOST } = environmentOf(manifests, template);
      expect([name, portsOf(template)]).toEqual([
        name,
        { http: Number(PORT), metrics: Number(TRIBUTARY_METRICS_PORT) },
      ]);
      expect([HOST, TRIBUTARY_METRICS_HOST]).toEqual(['0.0.0.0', '0.0.0.0']);
    }
    for (const [name, { selector, ports }] of manifests.all('Service')) {
      const picked = manifests
        .namesOf('Deployment')
        .filter((each) => picks({ matchLabels: selector, matchExpressions: [] }, labelsOf(each)));
      if (name.startsWith('pg-')) continue;
      expect([name, picked.length]).toEqual([name, 1]);
      for (const { targetPort } of ports) {
        expect(Object.keys(portsOf(deployment(picked[0] ?? '').template))).toContain(targetPort);
      }
    }
  });

  it('asks services for their health where they tell it', async () => {
    const server = await read('runtime/src/http/request-listener.ts');
    for (const name of manifests.namesOf('Deployment')) {
      const { startupProbe, readinessProbe, livenessProbe } = containerOf(deployment(name).template);
      expect([name, readinessProbe?.httpGet, livenessProbe?.httpGet]).toEqual([
        name,
        { path: '/health/ready', port: 'http' },
        { path: '/health/live', port: 'http' },
      ]);
      // The service answers within 2 s whatever it depends on.
      expect(readinessProbe?.timeoutSeconds).toBeGreaterThan(2);
      if (name !== 'nginx') expect(startupProbe?.httpGet.path).toBe('/health/live');
      for (const probe of [readinessProbe, livenessProbe]) expect(server).toContain(`'${probe?.httpGet.path}'`);
    }
  });

  it('gives pods longer to stop than balancers, the notice and the requests under way take', () => {
    for (const name of services()) {
      const { template } = deployment(name);
      const [program, seconds] = containerOf(template).lifecycle?.preStop.exec.command ?? [];
      expect(program).toBe('sleep');
      const notice = Number(environmentOf(manifests, template)['TRIBUTARY_STOP_NOTICE_MS'] ?? 500);
      const graceMs = (template.spec.terminationGracePeriodSeconds ?? 0) * 1_000;
      expect(graceMs).toBeGreaterThan(Number(seconds) * 1_000 + mostStoppingMs(notice));
    }
  });

  it('lets subgraphs hear gateways, gateways nginx, and Prometheus the metrics, and nobody else anybody', () => {
    const policies = [...manifests.all('NetworkPolicy').values()];
    const mayReach = (from: Record<string, string>, to: string, port: string, namespace?: string) =>
      policies.some(
        ({ podSelector, ingress }) =>
          picks(podSelector, labelsOf(to)) &&
          ingress.some(
            ({ from: peers, ports }) =>
              ports.some((each) => each.port === port) &&
              (peers.length === 0 ||
                peers.some(
                  (peer) =>
                    (namespace === undefined) === (peer.namespaceSelector === undefined) &&
                    picks(peer.podSelector ?? { matchLabels: {}, matchExpressions: [] }, from),
                )),
          ),
      );
    const everybody = manifests.namesOf('Deployment');
    for (const to of services()) {
      const heard = everybody.filter((from) => mayReach(labelsOf(from), to, 'http'));
      expect({ to, heard }).toEqual({ to, heard: [to === 'gateway' ? 'nginx' : 'gateway'] });
      expect(everybody.filter((from) => mayReach(labelsOf(from), to, 'metrics'))).toEqual([]);
      expect(mayReach({ 'app.kubernetes.io/name': 'prometheus' }, to, 'metrics', 'monitoring')).toBe(true);
      expect(mayReach({ 'app.kubernetes.io/name': 'prometheus' }, to, 'http', 'monitoring')).toBe(false);
    }
    const nobody = manifests.all('NetworkPolicy').get('nobody');
    expect([nobody?.policyTypes, nobody?.ingress, nobody?.egress]).toEqual([['Ingress', 'Egress'], [], []]);
    for (const name of everybody) expect(nobody && picks(nobody.podSelector, labelsOf(name))).toBe(true);
  });

  it('scales on what there is: CPU, and a metric that services have and the adapter passes on', async () => {
    const adapter = await read('deploy/kubernetes/prometheus-adapter.yaml');
    const given = parse(adapter).rules.custom.map((rule: { name: { as: string } }) => rule.name.as);
    const catalogue = await read('docs/metrics.md');
    for (const [name, { scaleTargetRef, metrics, minReplicas, maxReplicas }] of manifests.all(
      'HorizontalPodAutoscaler',
    )) {
      expect(scaleTargetRef).toEqual({ kind: 'Deployment', name });
      // A number there would take the autoscaler's place with every release.
      expect([name, deployment(name).replicas]).toEqual([name, undefined]);
      expect(minReplicas).toBeGreaterThanOrEqual(2);
      expect(maxReplicas).toBeGreaterThan(minReplicas);
      expect(metrics.some(({ resource }) => resource?.name === 'cpu')).toBe(true);
      for (const metric of metrics.flatMap(({ pods }) => (pods ? [pods.metric.name] : []))) {
        expect(given).toContain(metric);
        expect(catalogue).toContain(`\`${metric}\``);
      }
    }
    for (const name of services()) {
      const autoscaler = manifests.all('HorizontalPodAutoscaler').get(name);
      expect([name, autoscaler?.metrics.map(({ type }) => type)]).toEqual([name, ['Resource', 'Pods']]);
    }
  });

  it('counts as many processes as there may be', () => {
    const most = (name: string) => manifests.all('HorizontalPodAutoscaler').get(name)?.maxReplicas ?? 0;
    const inAll = subgraphs.reduce((sum, { name }) => sum + most(`${name}-subgraph`), 0);
    for (const { name } of subgraphs) {
      const environment = environmentOf(manifests, deployment(`${name}-subgraph`).template);
      expect(environment['DATABASE_FLEET_PROCESSES']).toBe(String(inAll));
      expect(Number(environment['TRIBUTARY_RATE_LIMIT_PROCESSES'])).toBe(most(`${name}-subgraph`));
    }
    const environment = environmentOf(manifests, deployment('gateway').template);
    expect(Number(environment['TRIBUTARY_RATE_LIMIT_PROCESSES'])).toBe(most('gateway'));
  });

  it('runs nothing as root, with rights, on a disk that it can write to or without bounds, and spreads all over zones', () => {
    const all = [...manifests.all('Deployment'), ...manifests.all('Job')];
    for (const [name, { template }] of all) {
      const { securityContext, resources } = containerOf(template);
      expect({
        name,
        pod: template.spec.securityContext,
        token: template.spec.automountServiceAccountToken,
      }).toMatchObject({
        pod: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
        token: false,
      });
      expect(securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      for (const each of [resources.requests, resources.limits]) {
        expect(Object.keys(each).toSorted()).toEqual(['cpu', 'memory']);
      }
    }
    for (const name of manifests.namesOf('Deployment')) {
      expect(deployment(name).template.spec.topologySpreadConstraints.length).toBeGreaterThan(0);
    }
  });

  it('mounts secrets by reference, and has every file that a variable names in one of them', () => {
    for (const [name, { template }] of [...manifests.all('Deployment'), ...manifests.all('Job')]) {
      const container = containerOf(template);
      const files = container.volumeMounts.flatMap(({ name: volumeName, mountPath }) => {
        const volume = template.spec.volumes.find((each) => each.name === volumeName);
        const names = volume?.secret
          ? [volume.secret.secretName]
          : (volume?.projected?.sources.map(({ secret }) => secret.name) ?? []);
        return names.flatMap((secret) => {
          expect(Object.keys(SECRETS)).toContain(secret);
          return (SECRETS[secret] ?? []).map((file) => `${mountPath}/${file}`);
        });
      });
      const named = Object.values(environmentOf(manifests, template)).filter((value) =>
        value.startsWith('/run/secrets/'),
      );
      expect({ name, missing: named.filter((file) => !files.includes(file)) }).toEqual({ name, missing: [] });
    }
    expect(manifests.namesOf('Secret')).toEqual([]);
  });

  it('is all in the namespace that nginx looks for gateways in', async () => {
    expect([...manifests.namespaces()]).toEqual(['tributary']);
    const upstream = await read('deploy/nginx/kubernetes/upstream.conf');
    expect(upstream).toContain('server gateway-pods.tributary.svc.cluster.local:4000 resolve');
    expect(manifests.all('Service').get('gateway-pods')).toMatchObject({ clusterIP: 'None', ports: [{ port: 4000 }] });
  });
});

describe('production', () => {
  let manifests: Manifests;

  beforeAll(() => {
    manifests = rendered.production;
  });

  it('leaves what keeps data to operators, with a name for each server of Postgres', () => {
    expect(manifests.namesOf('Cluster')).toEqual(['pg-catalog', 'pg-shard-0', 'pg-shard-1']);
    expect(manifests.namesOf('ScheduledBackup')).toEqual(manifests.namesOf('Cluster'));
    expect(manifests.namesOf('RedisCluster')).toEqual(['redis-cache', 'redis-events']);
    expect(manifests.namesOf('RabbitmqCluster')).toEqual(['rabbitmq']);
    expect(manifests.namesOf('PodMonitor')).toEqual(['tributary']);
    const servers = manifests.namesOf('Service').filter((name) => name.startsWith('pg-'));
    expect(servers).toHaveLength(9);
  });

  it('has the servers of Postgres write backups by a role, and keeps no key to them', () => {
    for (const { serviceAccountTemplate } of manifests.all('Cluster').values()) {
      const { annotations } = serviceAccountTemplate.metadata;
      expect(annotations['eks.amazonaws.com/role-arn']).toMatch(/^arn:aws:iam::\d{12}:role\/[\w-]+$/);
    }
  });

  it('can have its databases migrated alone, by a label that only the job has', () => {
    const labelled = manifests.namesWith('tributary.example/role', 'migrate');
    expect(labelled).toEqual(['Job migrate']);
  });

  it('names no secret that docs/operations.md does not list', async () => {
    const operations = await read('docs/operations.md');
    const names = ['postgres.yaml', 'redis.yaml'].map((file) => read(`deploy/kubernetes/production/${file}`));
    const secrets = (await Promise.all(names)).flatMap((text) =>
      [...text.matchAll(/[sS]ecret:\n\s+name: (\S+)/g)].map(([, name = '']) => name.replace(/shard-\d+/, 'shard-0')),
    );
    expect(secrets).toHaveLength(5);
    for (const name of [...secrets, ...Object.keys(SECRETS)]) expect(operations).toContain(`\`${name}\``);
  });

  it('asks for a balancer that clients reach from outside, and that keeps their addresses, by which they are limited', async () => {
    const { metadata } = parse(await read('deploy/kubernetes/production/dns.yaml'));
    expect(metadata.annotations).toMatchObject({
      'service.beta.kubernetes.io/aws-load-balancer-scheme': 'internet-facing',
      'service.beta.kubernetes.io/aws-load-balancer-target-group-attributes': 'preserve_client_ip.enabled=true',
      'service.beta.kubernetes.io/aws-load-balancer-healthcheck-protocol': 'http',
    });
  });
});
