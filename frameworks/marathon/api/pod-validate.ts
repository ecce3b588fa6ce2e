/** The rules of pods as one table, with the original's messages (`PodsValidation`). A new rule is a row. */

import { hasTwice, roleRules, unreachableRules, type ValidateOptions } from './app-validate';
import { constraintError } from './constraint-validate';
import { idFindings } from './id-validate';
import { networkFindings } from './network-validate';
import type { Pod } from './pod';
import { containerFindings, environmentFindings, linuxFindings } from './pod-container-validate';
import { podVolumeFindings, residentPodFindings, residentRoleFindings } from './pod-persistence';
import { definitionFindings, instanceFindings } from './size-validate';
import { type ApiFailure, byPath, type Finding, notValid } from './violations';

export type PodOptions = Pick<ValidateOptions, 'features' | 'validRoles'>;

type Rule = (pod: Pod, options: PodOptions) => readonly Finding[];

/** A rule of one condition. */
function rule(path: string, error: string, isBroken: (pod: Pod) => boolean): Rule {
  return (pod) => (isBroken(pod) ? [{ path, error }] : []);
}

const RESERVED = /\/(restart|tasks|versions|\.|\.\.)$/;

const rules: readonly Rule[] = [
  rule('/id', 'Path must contain at least one path element', ({ id }) => /^\/*$/.test(id)),
  rule('/id', 'Path needs to be absolute', ({ id }) => !id.startsWith('/')),
  rule(
    '/id',
    'must not end with any of the following reserved keywords: restart, tasks, versions, ., ..',
    ({ id }) => RESERVED.test(id),
  ),
  rule('/user', 'must not be empty', ({ user }) => user === ''),
  (pod, { features }) => environmentFindings(pod.environment, pod.secrets, features),
  featureRules,
  sizeRules,
  volumeRules,
  (pod, { features }) =>
    pod.containers.flatMap((container, index) =>
      containerFindings(container, pod, features).map(({ path, error }) => ({
        path: `/containers(${index})${path}`,
        error,
      })),
    ),
  rule('/containers', 'container names must be unique', ({ containers }) =>
    hasTwice(containers.map(({ name }) => name)),
  ),
  ({ networks }) => networkFindings(networks),
  schedulingRules,
  residentPodFindings,
  rule('/', 'endpoint names nust be unique across all containers', (pod) =>
    hasTwice(endpointsOf(pod).map(({ name }) => name)),
  ),
  rule('/', 'container ports must be unique across all containers', (pod) =>
    hasTwice(endpointsOf(pod).flatMap(({ containerPort }) => containerPort ?? [])),
  ),
  rule('/', 'host ports must be unique across all containers', (pod) =>
    hasTwice(endpointsOf(pod).flatMap(({ hostPort = 0 }) => (hostPort === 0 ? [] : hostPort))),
  ),
  ({ linuxInfo }) => linuxFindings(linuxInfo, '/linuxInfo'),
  rule(
    '/linuxInfo/seccomp',
    'Seccomp configuration on executor level is not supported',
    ({ linuxInfo }) => linuxInfo?.seccomp !== undefined,
  ),
];

function sizeRules(pod: Pod): Finding[] {
  return [
    ...idFindings(pod.id, '/id'),
    ...instanceFindings(pod.scaling.instances, '/scaling/instances'),
    ...definitionFindings(pod),
  ];
}

/** Every rule a pod breaks, but for those about roles. */
export function violationsOfPod(pod: Pod, options: PodOptions): Finding[] {
  return rules.flatMap((check) => check(pod, options));
}

/** The refusal for a pod, or undefined for a valid one. */
export function validatePod(pod: Pod, options: PodOptions): ApiFailure | undefined {
  return refusalFor(violationsOfPod(pod, options));
}

/** The refusal for the roles of a pod: the original looks at them last. */
export function validatePodRoles(pod: Pod, options: PodOptions): ApiFailure | undefined {
  const { acceptedResourceRoles } = pod.scheduling.placement;
  const findings = roleRules({ role: pod.role, acceptedResourceRoles }, options);
  return refusalFor([...findings, ...residentRoleFindings(pod)]);
}

function refusalFor(findings: readonly Finding[]): ApiFailure | undefined {
  return findings.length > 0 ? notValid(byPath(findings)) : undefined;
}

function endpointsOf({ containers }: Pod): Pod['containers'][number]['endpoints'] {
  return containers.flatMap(({ endpoints }) => endpoints);
}

function featureRules({ secrets, volumes, containers }: Pod, { features }: PodOptions): Finding[] {
  const needs: [feature: string, path: string, isNeeded: boolean][] = [
    ['secrets', '/secrets', Object.keys(secrets).length > 0],
    ['secrets', '/volumes', volumes.some(({ secret }) => secret !== undefined)],
    ['gpu_resources', '/containers', containers.some(({ resources }) => resources.gpus > 0)],
  ];
  return needs
    .filter(([feature, , isNeeded]) => isNeeded && !features.includes(feature))
    .map(([feature, path]) => ({
      path,
      error: `Feature ${feature} is not enabled. Enable with --enable_features ${feature})`,
    }));
}

function volumeRules({ volumes, secrets, containers }: Pod): Finding[] {
  const mounted = new Set(containers.flatMap(({ volumeMounts }) => volumeMounts.map(({ name }) => name)));
  const findings = volumes.flatMap((volume, index): Finding[] => {
    const { name, secret, host } = volume;
    const path = `/volumes(${index})`;
    const errors: Finding[] = [];
    if (!mounted.has(name))
      errors.push({ path, error: 'volume must be referenced by at least one container' });
    if (secret !== undefined && !Object.hasOwn(secrets, secret))
      errors.push({ path: `${path}/secret`, error: 'volume.secret must refer to an existing secret' });
    if (host === '') errors.push({ path: `${path}/host`, error: 'must not be empty' });
    if (host?.split('/').includes('..') && !host.startsWith('/'))
      errors.push({
        path: `${path}/host`,
        error: 'must not lead out of the sandbox, which a relative path is in',
      });
    const ofVolume = podVolumeFindings(volume).map((finding) => ({
      ...finding,
      path: `${path}${finding.path}`,
    }));
    return [...errors, ...ofVolume];
  });
  if (hasTwice(volumes.map(({ name }) => name)))
    findings.push({ path: '/volumes', error: 'volume names must be unique' });
  return findings;
}

function schedulingRules({ scheduling }: Pod): Finding[] {
  const { constraints, acceptedResourceRoles } = scheduling.placement;
  const findings = constraints.flatMap(({ fieldName, operator, value }, index): Finding[] => {
    const error =
      fieldName === ''
        ? 'missing field for constraint declaration'
        : constraintError([fieldName, operator, ...(value === undefined ? [] : [value])]);
    return error === undefined ? [] : [{ path: `/scheduling/placement/constraints(${index})`, error }];
  });
  if (acceptedResourceRoles.includes(''))
    findings.push({
      path: '/scheduling/placement/acceptedResourceRoles',
      error: 'A role name must not be "".',
    });
  const unreachable = unreachableRules(scheduling).map(({ path, error }) => ({
    path: `/scheduling${path}`,
    error,
  }));
  return [...findings, ...unreachable];
}
