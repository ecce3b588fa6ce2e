/**
 * The specification of a container for the OCI runtime: the host's file system, devices and namespaces but for its mounts,
 * and what the isolators change of that. Pure.
 */

import type { Identity } from '../../../runtime/identity';
import type { Changes } from '../isolators/isolator';
import type { Program } from '../program';
import type { Capabilities, Process, RuntimeSpec } from './runtime-spec';

export interface SpecPlan {
  readonly program: Program;
  /** The folder that shows the root of the file system. */
  readonly root: string;
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly identity: Identity | undefined;
  readonly umask: number;
  readonly cgroup: string;
  /** The names of the capabilities that the agent can give. */
  readonly capabilities: readonly string[];
  /** The holder, by which a program gets a first argument that is not its file. */
  readonly holder: string;
}

/** The specification, changed by the isolators in their order. */
export function buildSpec(plan: SpecPlan, changes: readonly Changes[]): RuntimeSpec {
  let specification = baseSpec(plan);
  for (const { mounts = [], specification: change } of changes) {
    specification = { ...specification, mounts: [...specification.mounts, ...mounts] };
    if (change) specification = change(specification);
  }
  return specification;
}

function baseSpec(plan: SpecPlan): RuntimeSpec {
  return {
    ociVersion: '1.0.2',
    root: { path: plan.root },
    process: baseProcess(plan),
    // Without this mount the runtime makes devices of its own in the host's /dev.
    mounts: [{ destination: '/dev', type: 'bind', source: '/dev', options: ['rbind'] }],
    linux: {
      namespaces: [{ type: 'mount' }],
      cgroupsPath: plan.cgroup,
      // Mounts that the host makes later are seen in the container.
      rootfsPropagation: 'rslave',
      // The runtime's own default allows few devices.
      resources: { devices: [{ allow: true, access: 'rwm' }] },
    },
  };
}

function baseProcess({
  program,
  directory,
  environment,
  identity,
  umask,
  capabilities,
  holder,
}: SpecPlan): Process {
  return {
    cwd: directory,
    env: environmentTexts(environment),
    args: argumentsOf(program, holder),
    user: {
      uid: identity?.uid ?? 0,
      gid: identity?.gid ?? 0,
      umask,
      additionalGids: identity?.groups ?? [],
    },
    capabilities: allOf(capabilities),
  };
}

/** Variables as the runtime gets them. */
export function environmentTexts(environment: Readonly<Record<string, string>>): string[] {
  return Object.entries(environment).map(([name, value]) => `${name}=${value}`);
}

/** The runtime takes the file and the first argument from one text. */
export function argumentsOf({ file, arguments: all }: Program, holder: string): string[] {
  const [name = file, ...rest] = all;
  const isSame = name === file || (file === '/bin/sh' && name === 'sh');
  return isSame ? [file, ...rest] : [holder, '--exec', file, name, ...rest];
}

/** As a program has them that root starts; the kernel takes them from one of another user. */
function allOf(names: readonly string[]): Capabilities {
  return { bounding: names, effective: names, permitted: names, inheritable: [], ambient: [] };
}
