/** The rules about one container of a pod, with paths below it. */

import type { EnvValue, LinuxInfo } from './app';
import { hasTwice, limitRules } from './app-validate';
import { artifactFindings } from './artifact-validate';
import { hostPortFindings, nameFindings } from './network-validate';
import type { Endpoint, Pod, PodContainer, PodProbe } from './pod';
import type { Finding } from './violations';

type Rule = (container: PodContainer, pod: Pod, features: readonly string[]) => readonly Finding[];

const rules: readonly Rule[] = [
  ({ resources, resourceLimits }) => limitRules({ resourceLimits, ...resources }),
  sharedCgroupRules,
  endpointRules,
  imageRules,
  execRules,
  ({ environment }, { secrets }, features) => environmentFindings(environment, secrets, features),
  healthRules,
  checkRules,
  mountRules,
  ({ artifacts }) => artifactFindings(artifacts, '/artifacts'),
  ({ linuxInfo }) => linuxFindings(linuxInfo, '/linuxInfo'),
  seccompRules,
];

/** Every rule that a container of a pod breaks. */
export function containerFindings(
  container: PodContainer,
  pod: Pod,
  features: readonly string[],
): readonly Finding[] {
  return rules.flatMap((check) => check(container, pod, features));
}

/** The findings about the variables of a pod or a container, of which some name secrets. */
export function environmentFindings(
  environment: Readonly<Record<string, EnvValue>>,
  secrets: Pod['secrets'],
  features: readonly string[],
): Finding[] {
  const references = Object.entries(environment).flatMap(([name, value]): [name: string, secret: string][] =>
    typeof value === 'string' ? [] : [[name, value.secret]],
  );
  const findings = references
    .filter(([, secret]) => !Object.hasOwn(secrets, secret))
    .map(([name]) => ({ path: `/environment/${name}/secret`, error: 'references an undefined secret' }));
  if (references.length > 0 && !features.includes('secrets')) {
    const error = 'use of secret-references in the environment requires the secrets feature to be enabled';
    findings.push({ path: '/environment', error });
  }
  return findings;
}

/** The findings about the shared memory of a container or an executor. */
export function linuxFindings(linuxInfo: LinuxInfo | undefined, path: string): Finding[] {
  const ipc = linuxInfo?.ipcInfo;
  if (ipc?.mode !== 'SHARE_PARENT' || ipc.shmSize === undefined) return [];
  const error = 'ipcInfo shmSize can NOT be set when mode is SHARE_PARENT';
  return [{ path: `${path}/ipcInfo`, error }];
}

function sharedCgroupRules({ resourceLimits }: PodContainer, { legacySharedCgroups }: Pod): Finding[] {
  if (!legacySharedCgroups || resourceLimits === undefined) return [];
  const error = 'resourceLimits cannot be defined if legacySharedCgroups is enabled';
  return [{ path: '/resourceLimits', error }];
}

function endpointRules({ endpoints }: PodContainer, { networks }: Pod): Finding[] {
  return endpoints.flatMap((endpoint, index) =>
    endpointFindings(endpoint, networks).map(({ path, error }) => ({
      path: `/endpoints(${index})${path}`,
      error,
    })),
  );
}

function endpointFindings(endpoint: Endpoint, networks: Pod['networks']): Finding[] {
  const { containerPort, protocol, networkNames } = endpoint;
  const count = (mode: string): number => networks.filter((network) => network.mode === mode).length;
  const findings: Finding[] = [];
  const add = (path: string, error: string): unknown => findings.push({ path, error });
  findings.push(...nameFindings(networkNames, networks));
  if (count('host') > 0 && containerPort !== undefined)
    add('/containerPort', 'is not allowed when using host-mode networking');
  if (count('container') > 0 && containerPort === undefined)
    add('/containerPort', 'is required when using container-mode networking');
  if (hasTwice(protocol)) add('/protocol', 'Duplicate protocols within the same endpoint are not allowed');
  findings.push(...hostPortFindings(endpoint, networks));
  return findings;
}

function imageRules({ image }: PodContainer, { secrets }: Pod, features: readonly string[]): Finding[] {
  if (image?.pullConfig === undefined) return [];
  const path = '/image/pullConfig';
  const findings: Finding[] = [];
  if (!features.includes('secrets'))
    findings.push({ path, error: 'Feature secrets is not enabled. Enable with --enable_features secrets)' });
  if (!Object.hasOwn(secrets, image.pullConfig.secret))
    findings.push({ path, error: 'pullConfig.secret must refer to an existing secret' });
  return findings;
}

/** A shell always replaces the entrypoint; a container with neither command nor image has nothing to run. */
function execRules({ exec, image }: PodContainer): Finding[] {
  if (exec && 'shell' in exec.command && exec.overrideEntrypoint === false)
    return [{ path: '/exec/overrideEntrypoint', error: 'must not be false when command.shell is set' }];
  return exec || image ? [] : [{ path: '', error: 'must have exec or image' }];
}

function healthRules({ healthCheck, endpoints }: PodContainer): Finding[] {
  if (!healthCheck) return [];
  const path = '/healthCheck';
  const findings = probeFindings(healthCheck, endpoints, path);
  const { timeoutSeconds, intervalSeconds } = healthCheck;
  if (timeoutSeconds >= intervalSeconds) {
    const error = `got ${timeoutSeconds}, expected less than ${intervalSeconds}`;
    findings.push({ path: `${path}/timeoutSeconds`, error });
  }
  return findings;
}

function checkRules({ check, endpoints }: PodContainer): Finding[] {
  if (!check) return [];
  const findings = probeFindings(check, endpoints, '/check');
  if (check.http?.scheme === 'HTTPS')
    findings.push({ path: '/check/http/scheme', error: 'must be HTTP: checks of Mesos know no other' });
  return findings;
}

function probeFindings(probe: PodProbe, endpoints: readonly Endpoint[], path: string): Finding[] {
  const findings: Finding[] = [];
  const kinds = [probe.http, probe.tcp, probe.exec].filter((kind) => kind !== undefined);
  if (kinds.length !== 1)
    findings.push({ path, error: 'Only one of http, tcp, or command may be specified' });
  for (const kind of ['http', 'tcp'] as const) {
    const wanted = probe[kind]?.endpoint;
    if (wanted !== undefined && !endpoints.some(({ name }) => name === wanted))
      findings.push({ path: `${path}/${kind}/endpoint`, error: 'contained in the container endpoints' });
  }
  return findings;
}

function mountRules({ volumeMounts }: PodContainer, { volumes }: Pod): Finding[] {
  const names = new Set(volumes.map(({ name }) => name));
  return volumeMounts.flatMap(({ name }, index) =>
    names.has(name)
      ? []
      : [{ path: `/volumeMounts(${index})/name`, error: 'Referenced Volume in VolumeMount should exist' }],
  );
}

function seccompRules({ linuxInfo }: PodContainer): Finding[] {
  const seccomp = linuxInfo?.seccomp;
  if (!seccomp || (seccomp.profileName !== undefined) !== seccomp.unconfined) return [];
  const error = seccomp.unconfined
    ? 'Seccomp unconfined can NOT be true when Profile is defined'
    : 'Seccomp unconfined must be true when Profile is NOT defined';
  return [{ path: '/linuxInfo/seccomp', error }];
}
