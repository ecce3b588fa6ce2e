/**
 * Normalization of a request's app: deprecated forms replaced, partial updates merged with the stored app, defaults
 * filled in.
 */

import type { App, Container, HealthCheck, Network, PortDefinition, PortMapping } from './app';
import { type NormalizationOptions, normalizeDeprecated } from './app-legacy';
import type { AppUpdate, RawContainer } from './app-update';
import type { RawNetwork } from './common-readers';
import { hasPersistentVolumes, persistenceOf } from './persistence';

export interface NormalizationInput {
  readonly id: string;
  /** The group that relative dependencies start from (`AppNormalization.withCanonizedIds`); the root without it. */
  readonly base?: string | undefined;
  readonly update: AppUpdate;
  /** The app a partial update is merged with. */
  readonly stored?: App | undefined;
  readonly role: string;
  readonly options: NormalizationOptions;
}

/** Members a partial update clears by leaving them out, as the original does. */
const NOT_MERGED = { executorResources: undefined, resourceLimits: undefined };

const NO_VERSION = { version: '', versionInfo: { lastScalingAt: '', lastConfigChangeAt: '' } };

export function normalizeApp({ id, base = '/', update, stored, role, options }: NormalizationInput): App {
  const { version: _version, ...modern } = normalizeDeprecated(update, options);
  const merged: AppUpdate = stored ? merge(stored, modern) : modern;
  const networks = networksOf(merged, options);
  const hostMode = networks.every(({ mode }) => mode === 'host');
  const container = containerOf(merged, networks, hostMode);
  const app: App = {
    ...DEFAULTS,
    ...(defined(merged) as Partial<App>),
    role: merged.role ?? role,
    id,
    networks,
    container,
    portDefinitions: hostMode ? (merged.portDefinitions ?? [DEFAULT_PORT]) : undefined,
    requirePorts: hostMode && (merged.requirePorts ?? false),
    upgradeStrategy: merged.upgradeStrategy ?? defaultUpgradeStrategy(container),
    unreachableStrategy: merged.unreachableStrategy ?? defaultUnreachableStrategy(container),
    dependencies: (merged.dependencies ?? []).map((path) => resolvePath(path, base)),
    ...NO_VERSION,
  };
  return { ...app, healthChecks: app.healthChecks.map((check) => withPortIndex(check, app)) };
}

/** Later members win; a change between cmd and args drops the other, and so do networks their ports. */
function merge(stored: App, update: AppUpdate): AppUpdate {
  const merged: AppUpdate = { ...stored, ...NOT_MERGED, version: undefined, ...defined(update) };
  return {
    ...merged,
    ...(update.args && !update.cmd && { cmd: undefined }),
    ...(update.cmd && !update.args && { args: [] }),
  };
}

function defined(update: AppUpdate): AppUpdate {
  return Object.fromEntries(Object.entries(update).filter(([, value]) => value !== undefined));
}

const DEFAULT_PORT: PortDefinition = { port: 0, name: 'default', protocol: 'tcp', labels: {} };

const DEFAULTS = {
  args: [],
  env: {},
  instances: 1,
  cpus: 1,
  mem: 128,
  disk: 0,
  gpus: 0,
  executor: '',
  constraints: [],
  acceptedResourceRoles: [],
  fetch: [],
  requirePorts: false,
  healthChecks: [],
  readinessChecks: [],
  dependencies: [],
  backoffSeconds: 1,
  backoffFactor: 1.15,
  maxLaunchDelaySeconds: 300,
  labels: {},
  secrets: {},
  killSelection: 'YOUNGEST_FIRST',
} as const;

/** An instance with persistent volumes has no replacement elsewhere. */
function defaultUnreachableStrategy(container: Container | undefined): App['unreachableStrategy'] {
  return hasPersistentVolumes({ container })
    ? 'disabled'
    : { inactiveAfterSeconds: 0, expungeAfterSeconds: 0 };
}

/** A volume is free for the next instance when the one before has ended. */
function defaultUpgradeStrategy(container: Container | undefined): App['upgradeStrategy'] {
  return hasPersistentVolumes({ container }) || container?.volumes.some(({ external }) => external)
    ? { minimumHealthCapacity: 0.5, maximumOverCapacity: 0 }
    : { minimumHealthCapacity: 1, maximumOverCapacity: 1 };
}

function networksOf({ networks }: AppUpdate, { defaultNetworkName }: NormalizationOptions): Network[] {
  if (!networks || networks.length === 0) return [{ mode: 'host', labels: {} }];
  return networks.map((network: RawNetwork) => {
    const mode = network.mode ?? 'container';
    const name = network.name ?? (mode === 'container' ? defaultNetworkName : undefined);
    return { ...(name !== undefined && { name }), mode, labels: network.labels };
  });
}

const DEFAULT_MAPPING: PortMapping = {
  containerPort: 0,
  servicePort: 0,
  protocol: 'tcp',
  labels: {},
  networkNames: [],
};

function containerOf(
  merged: AppUpdate,
  networks: readonly Network[],
  hostMode: boolean,
): Container | undefined {
  const raw: RawContainer | undefined = merged.container;
  if (hostMode) {
    if (!raw) return undefined;
    const { portMappings: _dropped, ...rest } = raw;
    return plain(rest);
  }
  const bridge = networks.some(({ mode }) => mode === 'container/bridge');
  const mappings = raw?.portMappings ?? [{ ...DEFAULT_MAPPING, name: 'default' }];
  const missing = Math.max(0, (merged.portDefinitions?.length ?? 0) - mappings.length);
  const blank = Array.from({ length: raw?.portMappings ? missing : 0 }, () => DEFAULT_MAPPING);
  const portMappings = [...mappings, ...blank].map((mapping) =>
    bridge && mapping.hostPort === undefined ? { ...mapping, hostPort: 0 } : mapping,
  );
  return plain({ ...(raw ?? { type: 'MESOS', volumes: [] }), portMappings });
}

function plain({ docker, volumes, type, ...rest }: RawContainer): Container {
  return { type: type ?? 'MESOS', ...rest, ...(docker && { docker }), volumes: volumes.map(volumeOf) };
}

function volumeOf({ persistent, ...volume }: RawContainer['volumes'][number]): Container['volumes'][number] {
  return {
    ...volume,
    ...(persistent && { mode: volume.mode ?? 'RW', persistent: persistenceOf(persistent) }),
  };
}

/** A check that needs a port and names none is for the first port. */
function withPortIndex(check: HealthCheck, app: App): HealthCheck {
  if (check.protocol === 'COMMAND' || check.port !== undefined || check.portIndex !== undefined) return check;
  const count = app.portDefinitions?.length ?? app.container?.portMappings?.length ?? 0;
  return count > 0 ? { ...check, portIndex: 0 } : check;
}

/** An absolute path from one that may be relative to a base, `..` included; many slashes count as one. */
export function resolvePath(path: string, base: string): string {
  const parts = path.startsWith('/') ? [] : base.split('/').filter(Boolean);
  for (const part of path.split('/').filter(Boolean)) {
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}
