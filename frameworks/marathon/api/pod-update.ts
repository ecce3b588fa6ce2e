/**
 * A pod as requests describe it: members with a default may be missing.
 *
 * Nested members have their own defaults filled in; pod-normalization.ts turns the whole into a Pod.
 */

import { isObject } from '../../../cluster/model/json-value';
import {
  artifact,
  envValue,
  executorResources,
  killSelection,
  labels,
  linuxInfo,
  network,
  pathId,
  type RawNetwork,
  resourceLimits,
  seconds,
  secrets,
  unreachable,
  upgradeStrategy,
} from './common-readers';
import { persistence, type RawPersistence } from './persistence';
import type {
  ContainerResources,
  Endpoint,
  HttpProbe,
  Pod,
  PodBackoff,
  PodCheck,
  PodCommand,
  PodConstraint,
  PodContainer,
  PodExec,
  PodHealthCheck,
  PodImage,
  PodPlacement,
  PodProbe,
  PodScaling,
  PodScheduling,
  PodVolume,
  VolumeMount,
} from './pod';
import {
  boolean,
  eitherOf,
  type Fields,
  fallback,
  integer,
  listOf,
  mapOf,
  number,
  object,
  oneOf,
  optional,
  type Reader,
  type Reading,
  reader,
  required,
  schemaOf,
  text,
} from './read';

type RawVolume = Omit<PodVolume, 'persistent'> & { readonly persistent?: RawPersistence | undefined };

export type RawScheduling = { readonly [K in keyof PodScheduling]?: PodScheduling[K] | undefined };

export interface PodUpdate
  extends Omit<
    Pod,
    | 'version'
    | 'networks'
    | 'volumes'
    | 'scaling'
    | 'scheduling'
    | 'executorResources'
    | 'role'
    | 'legacySharedCgroups'
  > {
  readonly networks: readonly RawNetwork[];
  readonly volumes: readonly RawVolume[];
  readonly scaling?: PodScaling | undefined;
  readonly scheduling?: RawScheduling | undefined;
  readonly executorResources?: Pod['executorResources'] | undefined;
  readonly role?: string | undefined;
  readonly legacySharedCgroups?: boolean | undefined;
}

/** The names of containers, endpoints and volumes. */
const name = text({
  min: 1,
  max: 63,
  pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
  form: 'be of lower-case letters, digits and dashes',
});
const PATH_LENGTH = { min: 1, max: 1024 };
const anyPort = integer({ min: 0, max: 65_535 });

const VARIABLE = /^[a-zA-Z_][a-zA-Z0-9_]{0,253}$/;

/** Variables; the names that a shell does not take are refused, as of pods only. */
const environment = reader<Pod['environment']>(schemaOf(mapOf(envValue)), (value, path, reading) => {
  for (const variable of isObject(value) ? Object.keys(value) : []) {
    if (VARIABLE.test(variable)) continue;
    const clause = 'must have a name of letters, digits and underscores that begins with no digit';
    reading.problems.push({ path: `${path}/${variable}`, error: 'error.pattern', clause });
  }
  return mapOf(envValue)(value, path, reading);
});

/** Refuses an object with several of these members, which stand for different kinds of it. */
function hasOneKind(value: unknown, kinds: readonly string[], path: string, reading: Reading): void {
  if (!isObject(value)) return;
  const present = kinds.filter((kind) => value[kind] !== undefined && value[kind] !== null);
  if (present.length <= 1) return;
  const clause = `must have only one of ${present.join(', ')}`;
  reading.problems.push({ path, error: clause, clause });
}

const shellCommand = object<{ shell: string }>({ shell: required(text({ min: 1 })) });
const argvCommand = object<{ argv: readonly string[] }>({ argv: required(listOf(text(), { min: 1 })) });

/** The original takes `shell` of both in silence. */
const command = reader<PodCommand>(eitherOf(shellCommand, argvCommand), (value, path, reading) => {
  hasOneKind(value, ['shell', 'argv'], path, reading);
  if (!isObject(value) || typeof value['shell'] !== 'string') return argvCommand(value, path, reading);
  return shellCommand(value, path, reading);
});

const exec = object<PodExec>({ command: required(command), overrideEntrypoint: optional(boolean) });

const resources = object<ContainerResources>({
  cpus: fallback(number({ min: 0.001 }), 1),
  mem: fallback(number({ min: 0.001 }), 128),
  disk: fallback(number({ min: 0 }), 0),
  gpus: fallback(integer({ min: 0 }), 0),
});

const endpoint = object<Endpoint>({
  name: required(name),
  containerPort: optional(integer({ min: 1, max: 65_535 })),
  hostPort: optional(anyPort),
  protocol: fallback(listOf(text(), { min: 1 }), []),
  labels: fallback(labels, {}),
  networkNames: fallback(listOf(text()), []),
});

const image = object<PodImage>({
  kind: required(oneOf('DOCKER')),
  id: required(text(PATH_LENGTH)),
  pullConfig: optional(object<{ secret: string }>({ secret: required(text()) })),
  forcePull: optional(boolean),
  labels: fallback(labels, {}),
});

const probe: Fields<PodProbe> = {
  http: optional(
    object<HttpProbe>({
      endpoint: required(name),
      path: optional(text(PATH_LENGTH)),
      scheme: fallback(oneOf('HTTP', 'HTTPS'), 'HTTP'),
    }),
  ),
  tcp: optional(object<{ endpoint: string }>({ endpoint: required(name) })),
  exec: optional(object<{ command: PodCommand }>({ command: required(command) })),
};

const healthCheck = object<PodHealthCheck>({
  ...probe,
  gracePeriodSeconds: fallback(seconds, 300),
  intervalSeconds: fallback(seconds, 60),
  maxConsecutiveFailures: fallback(seconds, 3),
  timeoutSeconds: fallback(seconds, 20),
  delaySeconds: fallback(seconds, 15),
});

const check = object<PodCheck>({
  ...probe,
  intervalSeconds: fallback(seconds, 60),
  timeoutSeconds: fallback(seconds, 20),
  delaySeconds: fallback(seconds, 15),
});

const volumeMount = object<VolumeMount>({
  name: required(name),
  mountPath: required(text(PATH_LENGTH)),
  readOnly: optional(boolean),
});

const container = object<PodContainer>({
  name: required(name),
  exec: optional(exec),
  resources: required(resources),
  resourceLimits: optional(resourceLimits),
  endpoints: fallback(listOf(endpoint), []),
  linuxInfo: optional(linuxInfo),
  image: optional(image),
  environment: fallback(environment, {}),
  user: optional(text()),
  healthCheck: optional(healthCheck),
  check: optional(check),
  volumeMounts: fallback(listOf(volumeMount), []),
  artifacts: fallback(listOf(artifact), []),
  labels: fallback(labels, {}),
  lifecycle: optional(
    object<NonNullable<PodContainer['lifecycle']>>({ killGracePeriodSeconds: optional(number({ min: 0 })) }),
  ),
  tty: optional(boolean),
});

const volumeMembers = object<RawVolume>({
  name: required(name),
  host: optional(text()),
  secret: optional(text({ min: 1 })),
  persistent: optional(persistence),
});

/** The original takes the first kind that fits, and an ephemeral volume for a member that does not. */
const volume = reader<RawVolume>(schemaOf(volumeMembers), (value, path, reading) => {
  hasOneKind(value, ['host', 'secret', 'persistent'], path, reading);
  if (isObject(value) && value['external'] !== undefined) {
    const clause = 'must not be there: pods have no external volumes; use persistent, or an app';
    reading.problems.push({ path: `${path}/external`, error: clause, clause });
  }
  return volumeMembers(value, path, reading);
});

const fixedScaling = object<PodScaling>({
  kind: required(oneOf('fixed')),
  instances: fallback(integer({ min: 0 }), 1),
});

const scaling = reader<PodScaling>(schemaOf(fixedScaling), (value, path, reading) => {
  if (isObject(value) && value['kind'] !== 'fixed') {
    const clause = 'must have the kind fixed';
    reading.problems.push({ path, error: 'error.expected.jsstring', clause });
    return undefined;
  }
  return fixedScaling(value, path, reading);
});

const constraint = object<PodConstraint>({
  fieldName: required(text()),
  operator: required(oneOf('UNIQUE', 'CLUSTER', 'GROUP_BY', 'LIKE', 'UNLIKE', 'MAX_PER', 'IS')),
  value: optional(text()),
});

const scheduling = object<RawScheduling>({
  backoff: optional(
    object<PodBackoff>({
      backoff: fallback(number({ min: 0 }), 1),
      backoffFactor: fallback(number({ min: 0 }), 1.15),
      maxLaunchDelay: fallback(number({ min: 0 }), 300),
    }),
  ),
  upgrade: optional(upgradeStrategy),
  placement: optional(
    object<PodPlacement>({
      constraints: fallback(listOf(constraint), []),
      acceptedResourceRoles: fallback(listOf(text()), []),
    }),
  ),
  killSelection: optional(killSelection),
  unreachableStrategy: optional(unreachable),
});

/** The version is that of an answer which the client sends back: each change has one of its own. */
const IGNORED = ['version'];

export const readPodUpdate: Reader<PodUpdate> = object<PodUpdate>(
  {
    id: required(pathId),
    labels: fallback(labels, {}),
    user: optional(text()),
    environment: fallback(environment, {}),
    containers: required(listOf(container, { min: 1 })),
    secrets: fallback(secrets, {}),
    volumes: fallback(listOf(volume), []),
    networks: fallback(listOf(network), []),
    scaling: optional(scaling),
    scheduling: optional(scheduling),
    executorResources: optional(executorResources),
    role: optional(text({ min: 1 })),
    linuxInfo: optional(linuxInfo),
    legacySharedCgroups: optional(boolean),
  },
  IGNORED,
);
