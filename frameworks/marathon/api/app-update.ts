/**
 * An app as requests describe it: every member may be missing, and deprecated forms are allowed.
 *
 * Nested members have their own defaults filled in; app-normalization.ts turns the whole into an App.
 */

import { isObject } from '../../../cluster/model/json-value';
import type {
  App,
  AppCheck,
  Container,
  Docker,
  ExternalVolume,
  HealthCheck,
  PortDefinition,
  PortMapping,
  ReadinessCheck,
  Volume,
} from './app';
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
import { DEFAULT_RESIDENCY, persistence, type RawPersistence, type Residency } from './persistence';
import {
  boolean,
  fallback,
  integer,
  listOf,
  mapOf,
  number,
  object,
  oneOf,
  optional,
  type Reader,
  reader,
  required,
  schemaOf,
  text,
} from './read';

type Loose<T> = { readonly [K in keyof T]?: T[K] | undefined };

/** Docker with its deprecated members. */
export interface RawDocker extends Docker {
  readonly network?: 'BRIDGE' | 'HOST' | 'NONE' | 'USER' | undefined;
  readonly credential?: { readonly principal: string; readonly secret?: string | undefined } | undefined;
  readonly portMappings?: readonly PortMapping[] | undefined;
}

export interface RawVolume extends Omit<Volume, 'persistent'> {
  readonly persistent?: RawPersistence | undefined;
}

export interface RawContainer extends Omit<Container, 'type' | 'docker' | 'volumes'> {
  readonly type?: 'MESOS' | 'DOCKER' | undefined;
  readonly docker?: RawDocker | undefined;
  readonly volumes: readonly RawVolume[];
}

export interface IpAddressForm {
  readonly networkName?: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly discovery?: { readonly ports: readonly DiscoveryPort[] } | undefined;
  readonly groups?: readonly string[] | undefined;
}

export interface DiscoveryPort {
  readonly number: number;
  readonly name: string;
  readonly protocol: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface AppUpdate extends Loose<Omit<App, 'container' | 'networks' | 'version' | 'versionInfo'>> {
  readonly container?: RawContainer | undefined;
  readonly networks?: readonly RawNetwork[] | undefined;
  /** A request to go back to this version. */
  readonly version?: string | undefined;
  readonly ports?: readonly number[] | undefined;
  readonly uris?: readonly string[] | undefined;
  readonly ipAddress?: IpAddressForm | undefined;
  readonly residency?: Residency | undefined;
  readonly storeUrls?: readonly string[] | undefined;
}

const port = integer({ min: 0, max: 65_535 });
const PORT_NAME = {
  min: 1,
  pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
  form: 'be of lower-case letters, digits and, between them, dashes',
};
const protocolWord = oneOf('tcp', 'udp', 'udp,tcp');
const protocol = reader<string>(schemaOf(protocolWord), (value, location, reading) =>
  protocolWord(value === 'tcp,udp' ? 'udp,tcp' : value, location, reading),
);

const portDefinition = object<PortDefinition>({
  port: fallback(port, 0),
  name: optional(text(PORT_NAME)),
  protocol: fallback(protocol, 'tcp'),
  labels: fallback(labels, {}),
});

const portMapping = object<PortMapping>({
  containerPort: fallback(port, 0),
  hostPort: optional(port),
  servicePort: fallback(port, 0),
  protocol: fallback(protocol, 'tcp'),
  name: optional(text(PORT_NAME)),
  labels: fallback(labels, {}),
  networkNames: fallback(listOf(text({ min: 1 })), []),
});

const docker = object<RawDocker>({
  image: required(text({ min: 1 })),
  forcePullImage: fallback(boolean, false),
  privileged: fallback(boolean, false),
  parameters: fallback(
    listOf(
      object<{ key: string; value: string }>({ key: required(text({ min: 1 })), value: required(text()) }),
    ),
    [],
  ),
  pullConfig: optional(object<{ secret: string }>({ secret: required(text()) })),
  credential: optional(
    object<NonNullable<RawDocker['credential']>>({ principal: required(text()), secret: optional(text()) }),
  ),
  network: optional(oneOf('BRIDGE', 'HOST', 'NONE', 'USER')),
  portMappings: optional(listOf(portMapping)),
});

/** Options of a CSI volume are no texts; validation refuses the volume. */
const csiOptions: Reader<Record<string, string>> = () => ({});

/** Options of a Docker volume driver. Those of other providers are not sent to it. */
const driverOptions = reader<Record<string, string>>(schemaOf(labels), (value, location, reading) => {
  const options = labels(value, location, reading);
  const hint = 'has no effect: options of the provider dvdi start with dvdi/';
  for (const name of Object.keys(options ?? {}))
    if (!name.startsWith('dvdi/'))
      reading.unknown.push({ path: `${location}/${name}`, memberNames: [], hint });
  return options;
});

function externalOf(options: Reader<Record<string, string>>): Reader<ExternalVolume> {
  return object<ExternalVolume>({
    name: optional(text()),
    provider: optional(text()),
    size: optional(integer({ min: 0 })),
    options: fallback(options, {}),
    shared: fallback(boolean, false),
  });
}

const driverVolume = externalOf(driverOptions);
const csiVolume = externalOf(csiOptions);

const external = reader<ExternalVolume>(schemaOf(driverVolume), (value, location, reading) =>
  isObject(value) && value['provider'] === 'csi'
    ? csiVolume(value, location, reading)
    : driverVolume(value, location, reading),
);

const volume = object<RawVolume>({
  containerPath: required(text({ min: 1 })),
  mode: optional(oneOf('RO', 'RW')),
  hostPath: optional(text({ min: 1 })),
  secret: optional(text({ min: 1 })),
  external: optional(external),
  persistent: optional(persistence),
});

const container = object<RawContainer>({
  type: optional(oneOf('MESOS', 'DOCKER')),
  docker: optional(docker),
  volumes: fallback(listOf(volume), []),
  portMappings: optional(listOf(portMapping)),
  linuxInfo: optional(linuxInfo),
});

const healthCheck = object<HealthCheck>({
  protocol: fallback(
    oneOf('HTTP', 'HTTPS', 'TCP', 'COMMAND', 'MESOS_HTTP', 'MESOS_HTTPS', 'MESOS_TCP'),
    'HTTP',
  ),
  command: optional(object<{ value: string }>({ value: required(text()) })),
  path: optional(text()),
  port: optional(port),
  portIndex: optional(integer({ min: 0 })),
  gracePeriodSeconds: fallback(seconds, 300),
  intervalSeconds: fallback(seconds, 60),
  timeoutSeconds: fallback(seconds, 20),
  maxConsecutiveFailures: fallback(seconds, 3),
  delaySeconds: fallback(seconds, 15),
  ipProtocol: fallback(oneOf('IPv4', 'IPv6'), 'IPv4'),
  // The original accepts it and always reads it as false.
  ignoreHttp1xx: { read: reader(schemaOf(boolean), () => false), fallback: false },
});

const checkPort = { port: optional(port), portIndex: optional(integer({ min: 0 })) };

const check = object<AppCheck>({
  http: optional(
    object<NonNullable<AppCheck['http']>>({
      ...checkPort,
      path: optional(text()),
      scheme: fallback(oneOf('HTTP', 'HTTPS'), 'HTTP'),
    }),
  ),
  tcp: optional(object<NonNullable<AppCheck['tcp']>>(checkPort)),
  exec: optional(
    object<NonNullable<AppCheck['exec']>>({
      command: required(object<{ shell: string }>({ shell: required(text({ min: 1 })) })),
    }),
  ),
  intervalSeconds: fallback(seconds, 60),
  timeoutSeconds: fallback(seconds, 20),
  delaySeconds: fallback(seconds, 15),
});

const readinessCheck = object<ReadinessCheck>({
  name: fallback(text({ min: 1 }), 'readinessCheck'),
  protocol: fallback(oneOf('HTTP', 'HTTPS'), 'HTTP'),
  path: fallback(text({ min: 1 }), '/'),
  portName: fallback(text({ min: 1 }), 'http-api'),
  intervalSeconds: fallback(seconds, 30),
  timeoutSeconds: fallback(seconds, 10),
  httpStatusCodesForReady: fallback(listOf(integer({ min: 100, max: 999 })), [200]),
  preserveLastResponse: fallback(boolean, false),
});

const ipAddress = object<IpAddressForm>({
  networkName: optional(text()),
  labels: fallback(labels, {}),
  discovery: optional(
    object<{ ports: readonly DiscoveryPort[] }>({
      ports: fallback(
        listOf(
          object<DiscoveryPort>({
            number: required(port),
            name: required(text()),
            protocol: fallback(protocol, 'tcp'),
            labels: fallback(labels, {}),
          }),
        ),
        [],
      ),
    }),
  ),
  groups: optional(listOf(text())),
});

/** The timeout is for the other behaviour, which is refused. */
const escalation: Reader<number> = (value, location, reading) => {
  const timeout = integer({ min: 0 })(value, location, reading);
  const hint = 'has no effect: an instance waits for the agent with its volumes, however long that takes';
  if (timeout !== undefined && timeout !== DEFAULT_RESIDENCY.relaunchEscalationTimeoutSeconds)
    reading.unknown.push({ path: location, memberNames: [], hint });
  return timeout;
};

const residency = object<Residency>({
  taskLostBehavior: fallback(
    oneOf('WAIT_FOREVER', 'RELAUNCH_AFTER_TIMEOUT'),
    DEFAULT_RESIDENCY.taskLostBehavior,
  ),
  relaunchEscalationTimeoutSeconds: fallback(escalation, DEFAULT_RESIDENCY.relaunchEscalationTimeoutSeconds),
});

/** Output members that clients send back, and members without effect. */
const IGNORED = [
  'versionInfo',
  'tasksStaged',
  'tasksRunning',
  'tasksHealthy',
  'tasksUnhealthy',
  'deployments',
  'tasks',
  'tasksStats',
  'lastTaskFailure',
  'readinessCheckResults',
];

export const readAppUpdate: Reader<AppUpdate> = object<AppUpdate>(
  {
    id: optional(pathId),
    cmd: optional(text({ min: 1 })),
    args: optional(listOf(text())),
    user: optional(text()),
    env: optional(mapOf(envValue)),
    instances: optional(integer({ min: 0 })),
    cpus: optional(number({ min: 0.001 })),
    mem: optional(number({ min: 0 })),
    disk: optional(number({ min: 0 })),
    gpus: optional(integer({ min: 0 })),
    resourceLimits: optional(resourceLimits),
    executor: optional(text({ pattern: /^(\/\/cmd)|(\/?[^/]+(\/[^/]+)*)|$/ })),
    executorResources: optional(executorResources),
    constraints: optional(listOf(listOf(text(), { min: 2, max: 3 }))),
    acceptedResourceRoles: optional(listOf(text({ min: 1 }))),
    role: optional(text({ min: 1 })),
    fetch: optional(listOf(artifact)),
    networks: optional(listOf(network)),
    portDefinitions: optional(listOf(portDefinition)),
    requirePorts: optional(boolean),
    container: optional(container),
    healthChecks: optional(listOf(healthCheck)),
    check: optional(check),
    readinessChecks: optional(listOf(readinessCheck, { max: 1 })),
    dependencies: optional(listOf(pathId)),
    backoffSeconds: optional(seconds),
    backoffFactor: optional(number({ min: 1 })),
    maxLaunchDelaySeconds: optional(seconds),
    upgradeStrategy: optional(upgradeStrategy),
    labels: optional(labels),
    secrets: optional(secrets),
    taskKillGracePeriodSeconds: optional(seconds),
    killSelection: optional(killSelection),
    unreachableStrategy: optional(unreachable),
    tty: optional(boolean),
    deploymentPolicy: optional(
      object<NonNullable<App['deploymentPolicy']>>({
        deadlineSeconds: optional(seconds),
        rollback: optional(boolean),
        maxFailures: optional(integer({ min: 1 })),
      }),
    ),
    version: optional(text()),
    ports: optional(listOf(port)),
    uris: optional(listOf(text({ min: 1 }))),
    ipAddress: optional(ipAddress),
    residency: optional(residency),
    storeUrls: optional(listOf(text())),
  },
  IGNORED,
);
