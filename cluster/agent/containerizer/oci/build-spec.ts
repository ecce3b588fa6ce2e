/**
 * The specification of a container for the OCI runtime: the host's file system, devices and namespaces but for its mounts,
 * and what the isolators change of that. Pure.
 *
 * Always true: a program in a new pid namespace is not its first process, for which the kernel ignores signals without a
 * handler, but the child of an init.
 */

import type { Identity } from '../../../runtime/identity';
import type { Changes } from '../isolators/isolator';
import type { Program } from '../program';
import type { Capabilities, Process, RuntimeSpec } from './runtime-spec';

export interface SpecPlan {
  /** Undefined for a container without a program of its own: a process that does nothing keeps its namespaces. */
  readonly program: Program | undefined;
  /** The folder that shows the root of the file system. */
  readonly root: string;
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly identity: Identity | undefined;
  readonly umask: number;
  readonly cgroup: string;
  /** The names of the capabilities that the agent can give. */
  readonly capabilities: readonly string[];
  /** True when its input is a terminal, which it is to control. */
  readonly hasTerminal: boolean;
  /** The holder: the init, and what gives a program a first argument that is not its file. */
  readonly holder: string;
}

/** The specification, changed by the isolators in their order. */
export function buildSpec(plan: SpecPlan, changes: readonly Changes[]): RuntimeSpec {
  let specification = baseSpec(plan);
  for (const { mounts = [], specification: change } of changes) {
    specification = { ...specification, mounts: [...specification.mounts, ...mounts] };
    if (change) specification = change(specification);
  }
  return withProgram(specification, plan);
}

/** The path of the holder in a file system that is not the host's. */
const HOLDER_MOUNT = '/.meseta/holder';

/** The path at which a container sees the holder. */
export function holderIn({ root }: RuntimeSpec, plan: Pick<SpecPlan, 'root' | 'holder'>): string {
  return root.path === plan.root ? plan.holder : HOLDER_MOUNT;
}

/** Sets the program, once it is known what the container has for a file system and for namespaces. */
function withProgram(specification: RuntimeSpec, plan: SpecPlan): RuntimeSpec {
  const holder = holderIn(specification, plan);
  const args = firstArguments(plan, { holder, hasInit: hasInit(specification) });
  const changed = { ...specification, process: { ...specification.process, args } };
  if (holder === plan.holder) return changed;
  const mount = { destination: holder, type: 'bind', source: plan.holder, options: ['bind', 'ro'] };
  return { ...changed, mounts: [...specification.mounts, mount] };
}

/** True when the first process of the container is that of a new pid namespace. */
export function hasInit({ linux }: RuntimeSpec): boolean {
  return linux.namespaces.some(({ type, path }) => type === 'pid' && path === undefined);
}

function firstArguments(
  { program, hasTerminal }: SpecPlan,
  { holder, hasInit }: { readonly holder: string; readonly hasInit: boolean },
): readonly string[] {
  if (!program) return [holder, '--stay'];
  if (hasInit) return holderArguments(holder, '--init', program);
  return hasTerminal ? holderArguments(holder, '--exec', program) : argumentsOf(program, holder);
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

function baseProcess({ directory, environment, identity, umask, capabilities }: SpecPlan): Process {
  return {
    cwd: directory,
    env: environmentTexts(environment),
    args: [],
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
export function argumentsOf(program: Program, holder: string): string[] {
  const { file, arguments: all } = program;
  const [name = file, ...rest] = all;
  const isSame = name === file || (file === '/bin/sh' && name === 'sh');
  return isSame ? [file, ...rest] : holderArguments(holder, '--exec', program);
}

/** A holder that starts a program as its child, or becomes it: see `main` in holder.c. */
export function holderArguments(
  holder: string,
  mode: '--init' | '--exec',
  { file, arguments: all }: Program,
): string[] {
  const [name = file, ...rest] = all;
  return [holder, mode, file, name, ...rest];
}

/** As a program has them that root starts; the kernel takes them from one of another user. */
function allOf(names: readonly string[]): Capabilities {
  return { bounding: names, effective: names, permitted: names, inheritable: [], ambient: [] };
}
