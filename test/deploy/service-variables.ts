import { readEnvironment as readGatewayEnvironment } from '@tributary/gateway/environment';

type Variables = Readonly<Record<string, string | undefined>>;

/** How a service reads its environment. */
export interface ServiceVariables {
  /** Names of all variables that it looks at. */
  readonly names: ReadonlySet<string>;
  /** Reads them. @throws EnvironmentError with every problem */
  read(variables: Variables): unknown;
}

/** @param service `gateway`, or the name of a subgraph */
export async function serviceVariables(service: string): Promise<ServiceVariables> {
  const read = await readerOf(service);
  const names = new Set<string>();
  const recording = new Proxy<Record<string, string>>(
    {},
    {
      get(_, name) {
        if (typeof name === 'string') names.add(name);
        return undefined;
      },
    },
  );
  try {
    read(recording);
  } catch {
    // Some variables are required, and all have been looked at by then.
  }
  return { names, read };
}

async function readerOf(service: string): Promise<(variables: Variables) => unknown> {
  if (service === 'gateway') return readGatewayEnvironment;
  const { readEnvironment } = await import(`@tributary/subgraph-${service}/environment`);
  return readEnvironment;
}
