/**
 * The rules of apps as one table, with the original's messages. A new rule is a row.
 */

import type { App } from './app';
import { artifactViolations } from './artifact-validate';
import { constraintViolations } from './constraint-validate';
import { containerViolations } from './container-validate';
import { networkViolations } from './network-validate';
import { sizeViolations } from './size-validate';
import { type ApiFailure, byPath, type Finding, notValid } from './violations';
import { volumeViolations } from './volume-validate';

export interface ValidateOptions {
  readonly features: readonly string[];
  /** The executor of apps that name none. */
  readonly executor: string;
  /** The roles that the app may have, that of its group included. */
  readonly validRoles: readonly string[];
}

type Rule = (app: App, options: ValidateOptions) => readonly Finding[];

/** A rule of one condition. */
function rule(path: string, error: string, broken: (app: App) => boolean): Rule {
  return (app) => (broken(app) ? [{ path, error }] : []);
}

const RESERVED = /\/(restart|tasks|versions|\.|\.\.)$/;

const rules: readonly Rule[] = [
  rule('/id', 'must not be empty', ({ id }) => id === '/'),
  rule('/id', 'must not end with any of these reserved keywords: restart, tasks, versions, ., ..', ({ id }) =>
    RESERVED.test(id),
  ),
  rule(
    '/',
    "AppDefinition must either contain one of 'cmd' or 'args', and/or a 'container'.",
    ({ cmd, args, container }) =>
      (cmd !== undefined && args.length > 0) ||
      (cmd === undefined && args.length === 0 && !container?.docker),
  ),
  rule(
    '/container/docker',
    'not defined',
    ({ container }) => container?.type === 'DOCKER' && !container.docker,
  ),
  portRules,
  healthRules,
  rule('/check', "AppDefinition must not use 'checks' if using docker", ({ check, container }) =>
    Boolean(check && container?.type === 'DOCKER'),
  ),
  rule(
    '/check',
    'must have one of http, tcp and exec',
    ({ check }) =>
      check !== undefined &&
      [check.http, check.tcp, check.exec].filter((kind) => kind !== undefined).length !== 1,
  ),
  rule(
    '/check/http/scheme',
    'must be HTTP: checks of Mesos know no other',
    ({ check }) => check?.http?.scheme === 'HTTPS',
  ),
  readinessRules,
  networkViolations,
  secretRules,
  featureRules,
  containerViolations,
  volumeViolations,
  artifactViolations,
  executorRules,
  constraintViolations,
  unreachableRules,
  limitRules,
  roleRules,
  singleInstanceRules,
  migrationRules,
  sizeViolations,
];

/** Every rule an app breaks. */
export function violationsOf(app: App, options: ValidateOptions): Finding[] {
  return rules.flatMap((check) => check(app, options));
}

/** The refusal for an app, or undefined for a valid one. */
export function validateApp(app: App, options: ValidateOptions): ApiFailure | undefined {
  const findings = violationsOf(app, options);
  return findings.length > 0 ? notValid(byPath(findings)) : undefined;
}

function portRules({ portDefinitions = [], container }: App): Finding[] {
  const findings: Finding[] = [];
  const mappings = container?.portMappings ?? [];
  const fixed = portDefinitions.map(({ port }) => port).filter((port) => port !== 0);
  if (hasTwice(fixed)) findings.push({ path: '/portDefinitions', error: 'Ports must be unique.' });
  if (hasTwice(portDefinitions.flatMap(({ name }) => name ?? []))) {
    findings.push({ path: '/portDefinitions', error: 'Port names must be unique.' });
  }
  if (hasTwice(mappings.flatMap(({ name }) => name ?? []))) {
    findings.push({ path: '/container/portMappings', error: 'Port names must be unique.' });
  }
  return findings;
}

export function hasTwice(values: readonly unknown[]): boolean {
  return new Set(values).size < values.length;
}

function healthRules({ healthChecks, portDefinitions, container }: App): Finding[] {
  const findings: Finding[] = [];
  const ports = portDefinitions?.length ?? container?.portMappings?.length ?? 0;
  healthChecks.forEach(({ protocol, command, port, portIndex, ipProtocol }, index) => {
    const path = `/healthChecks(${index})`;
    if (protocol === 'COMMAND') {
      if (!command) findings.push({ path: `${path}/command`, error: 'must not be empty' });
      return;
    }
    if (command) findings.push({ path: `${path}/command`, error: 'must be empty' });
    if (port !== undefined && portIndex !== undefined) {
      findings.push({ path, error: 'HealthCheck must specify either a port or a portIndex' });
    }
    if (port === undefined && (portIndex ?? 0) >= ports) {
      const error =
        'Health check port indices must address an element of the ports array or container port mappings.';
      findings.push({ path, error });
    }
    if (ipProtocol === 'IPv6' && !(container?.type === 'DOCKER' && protocol.startsWith('MESOS_'))) {
      findings.push({
        path,
        error: 'IPv6 can only be used for container type DOCKER and Mesos network health checks',
      });
    }
  });
  const ofMesos = healthChecks.filter(
    ({ protocol }) => protocol === 'COMMAND' || protocol.startsWith('MESOS_'),
  );
  if (ofMesos.length > 1) {
    findings.push({
      path: '/healthChecks',
      error: 'AppDefinition can contain at most one Mesos health check',
    });
  }
  return findings;
}

function readinessRules({ readinessChecks, portDefinitions, container }: App): Finding[] {
  const names = [...(portDefinitions ?? []), ...(container?.portMappings ?? [])].map(({ name }) => name);
  return readinessChecks.flatMap(({ portName, intervalSeconds, timeoutSeconds }, index) => {
    const path = `/readinessChecks(${index})`;
    const findings: Finding[] = [];
    if (timeoutSeconds >= intervalSeconds) {
      findings.push({
        path: `${path}/timeoutSeconds`,
        error: `Timeout (${timeoutSeconds} seconds) must be less than the interval (${intervalSeconds} seconds).`,
      });
    }
    if (!names.includes(portName)) {
      findings.push({
        path: `${path}/portName`,
        error: `No port definition reference for portName ${portName}`,
      });
    }
    return findings;
  });
}

function secretRules({ env, secrets, container }: App): Finding[] {
  const used = Object.entries(env).flatMap(([name, value]): [string, string][] =>
    typeof value === 'string' ? [] : [[`/env/${name}`, value.secret]],
  );
  (container?.volumes ?? []).forEach(({ secret }, index) => {
    if (secret !== undefined) used.push([`/container/volumes(${index})`, secret]);
  });
  const findings = used
    .filter(([, name]) => !Object.hasOwn(secrets, name))
    .map(([path]) => ({ path, error: 'references an undefined secret' }));
  const pull = container?.docker?.pullConfig;
  if (pull && container.type === 'DOCKER') {
    findings.push({
      path: '/container/docker',
      error: 'pullConfig is not supported with Docker containerizer',
    });
  } else if (pull && !Object.hasOwn(secrets, pull.secret)) {
    findings.push({ path: '/container/docker', error: 'pullConfig.secret must refer to an existing secret' });
  }
  return findings;
}

function featureRules(app: App, { features }: ValidateOptions): Finding[] {
  const needs: [string, string, boolean][] = [
    ['gpu_resources', '/gpus', app.gpus > 0],
    ['secrets', '/secrets', Object.keys(app.secrets).length > 0],
    [
      'external_volumes',
      '/container/volumes',
      (app.container?.volumes ?? []).some(({ external }) => external !== undefined),
    ],
  ];
  const findings = needs
    .filter(([feature, , needed]) => needed && !features.includes(feature))
    .map(([feature, path]) => ({
      path,
      error: `Feature ${feature} is not enabled. Enable with --enable_features ${feature})`,
    }));
  if (app.gpus > 0 && app.container?.type === 'DOCKER') {
    findings.push({ path: '/', error: 'GPU resources only work with the Mesos containerizer' });
  }
  return findings;
}

/** The command executor of Mesos has no resources of its own. */
function executorRules({ executor, executorResources }: App, options: ValidateOptions): Finding[] {
  const isCommand = ['', '//cmd'].includes(executor === '' ? options.executor : executor);
  return executorResources && isCommand
    ? [
        {
          path: '/executorResources',
          error: 'needs a path as executor: commands have no executor of their own',
        },
      ]
    : [];
}

export function unreachableRules({
  unreachableStrategy: strategy,
}: Pick<App, 'unreachableStrategy'>): Finding[] {
  if (strategy === 'disabled' || strategy.inactiveAfterSeconds <= strategy.expungeAfterSeconds) return [];
  const error = `inactiveAfterSeconds (${strategy.inactiveAfterSeconds}) must be less or equal to expungeAfterSeconds, which is ${strategy.expungeAfterSeconds}`;
  return [{ path: '/unreachableStrategy', error }];
}

export function limitRules({
  resourceLimits,
  cpus,
  mem,
}: Pick<App, 'resourceLimits' | 'cpus' | 'mem'>): Finding[] {
  const findings: Finding[] = [];
  const check = (name: 'cpus' | 'mem', requested: number): void => {
    const limit = resourceLimits?.[name];
    if (typeof limit !== 'number' || limit >= requested) return;
    const error = `resource limit must be greater than or equal to requested resource (${requested})`;
    findings.push({ path: `/resourceLimits/${name}`, error });
  };
  check('cpus', cpus);
  check('mem', mem);
  return findings;
}

export function roleRules(
  { role, acceptedResourceRoles }: Pick<App, 'role' | 'acceptedResourceRoles'>,
  options: Pick<ValidateOptions, 'validRoles'>,
): Finding[] {
  const findings: Finding[] = [];
  if (!options.validRoles.includes(role)) {
    findings.push({ path: '/role', error: `got ${role}, expected one of: ${options.validRoles.join(', ')}` });
  }
  if (acceptedResourceRoles.some((other) => other !== '*' && other !== role)) {
    findings.push({
      path: '/acceptedResourceRoles',
      error: `acceptedResourceRoles can only contain * and ${role}`,
    });
  }
  return findings;
}

/** The services of DC/OS that say how they are migrated say it whole. */
function migrationRules({ labels }: App): Finding[] {
  const version = labels['DCOS_MIGRATION_API_VERSION'] ?? '';
  const rest = [labels['DCOS_PACKAGE_FRAMEWORK_NAME'], labels['DCOS_MIGRATION_API_PATH']];
  if (version === '' || (version === 'v1' && rest.every(Boolean))) return [];
  const error =
    'DCOS_PACKAGE_FRAMEWORK_NAME and DCOS_MIGRATION_API_PATH must be defined when using DCOS_MIGRATION_API_VERSION';
  return [{ path: '/', error }];
}

function singleInstanceRules({ labels, instances, upgradeStrategy }: App): Finding[] {
  if (labels['MARATHON_SINGLE_INSTANCE_APP'] !== 'true') return [];
  const findings: Finding[] = [];
  if (instances > 1)
    findings.push({ path: '/instances', error: 'Single instance app may only have one instance' });
  if (upgradeStrategy.maximumOverCapacity !== 0) {
    findings.push({ path: '/upgradeStrategy/maximumOverCapacity', error: 'got 1.0, expected 0.0' });
  }
  return findings;
}
