/**
 * The arguments of `docker run` for a container (Mesos 1.11 src/docker/docker.cpp, Docker::RunOptions::create and
 * Docker::run). Pure.
 *
 * Parameters of a container are any options of `docker run`, in the words of its command line: so that program is what runs
 * a container, and they come after ours. Its image and what follows can be no option.
 */

import type * as mesos from '../../../api/generated/mesos';
import { PATH as HOST_PATH } from '../../core/containers/executor-environment';
import type { ContainerSpec } from '../../core/state/container-spec';
import { containerName } from './names';
import { type DefaultDns, NetworkRefused, networkOptions } from './network';
import { type LimitSettings, limitsOf } from './resources';
import { type VolumePlaces, VolumeRefused, volumeOptions } from './volumes';

/** The settings of all containers of an agent. */
export interface DockerSettings extends LimitSettings, VolumePlaces {
  readonly dns: DefaultDns;
}

/** The label by which an agent knows its own containers: several agents may use one engine. */
export const WORK_DIR_LABEL = 'meseta.work_dir';

export type RunArguments = { readonly arguments: readonly string[] } | { readonly error: string };

/**
 * The arguments for a container. Variables are in a file, or in the environment of the program: arguments are shown to every
 * user of the machine.
 */
export function runArguments(spec: ContainerSpec, settings: DockerSettings, envFile: string): RunArguments {
  const docker = spec.container?.docker;
  if (!docker) return { error: 'No docker info found in container info' };
  const refusal = refusalOf(spec, docker) ?? variableRefusal(runEnvironment(spec, settings));
  if (refusal !== undefined) return { error: refusal };
  try {
    return { arguments: argumentsOf(spec, docker, settings, envFile) };
  } catch (error) {
    if (error instanceof VolumeRefused || error instanceof NetworkRefused) return { error: error.message };
    throw error;
  }
}

function refusalOf(spec: ContainerSpec, { image }: mesos.ContainerInfo.DockerInfo): string | undefined {
  const { shell = true, value } = spec.command ?? {};
  if (spec.parent !== undefined) return 'Nested containers are not supported';
  if (!/^[^\s-]\S*$/.test(image)) return `'${image}' is not the name of an image`;
  if (spec.resources.some(({ name, scalar }) => name === 'gpus' && (scalar?.value ?? 0) > 0))
    return 'GPUs are for containers of the Mesos containerizer alone; a parameter such as gpus=all gives all of them';
  return shell && value === undefined ? 'Shell specified but no command value provided' : undefined;
}

/**
 * Variables that `docker`, its run time, or a script in its place reads itself: they would steer a program that has the
 * rights of the agent.
 */
const OF_DOCKER = new RegExp(
  '^(PATH|HOME|TMPDIR|ENV|IFS|PS4|SHELLOPTS|LOCPATH|NLSPATH|GCONV_PATH|GLIBC_TUNABLES|RES_OPTIONS|LOCALDOMAIN|HOSTALIASES' +
    '|SSL_CERT_(FILE|DIR)|GO(DEBUG|GC|MAXPROCS|MEMLIMIT|TRACEBACK|RACE|COVERDIR)|NODE_(OPTIONS|PATH)|.*_PROXY' +
    '|(DOCKER_|BUILDX_|BUILDKIT_|COMPOSE_|OTEL_|XDG_|LD_|MALLOC_|BASH|PYTHON|PERL|RUBY).*)$',
  'i',
);

function variableRefusal({ odd }: RunEnvironment): string | undefined {
  const name = Object.keys(odd).find((candidate) => candidate === '' || OF_DOCKER.test(candidate));
  return name === undefined
    ? undefined
    : `The variable '${name}' cannot be passed: its name or value is for no file of variables, as it has a line break or is ` +
        "too long, and the program 'docker' reads variables of this name itself";
}

function argumentsOf(
  spec: ContainerSpec,
  docker: mesos.ContainerInfo.DockerInfo,
  settings: DockerSettings,
  envFile: string,
): readonly string[] {
  const volumes = volumeOptions(spec, settings);
  const { plain, odd } = runEnvironment(spec, settings);
  return [
    'run',
    ...(docker.privileged === true ? ['--privileged'] : []),
    ...limitOptions(spec, settings),
    ...(plain.length > 0 ? ['--env-file', envFile] : []),
    ...Object.keys(odd).flatMap((name) => ['-e', name]),
    ...volumes.options,
    ...(volumes.driver === undefined ? [] : [`--volume-driver=${volumes.driver}`]),
    ...networkOptions(spec, docker, settings.dns),
    ...entrypointOf(spec.command),
    `--label=${WORK_DIR_LABEL}=${settings.workDir}`,
    '--name',
    containerName(spec.containerId),
    ...(docker.parameters ?? []).map(({ key, value }) => `--${key}=${value}`),
    docker.image,
    ...commandOf(spec.command),
  ];
}

function limitOptions(spec: ContainerSpec, settings: DockerSettings): readonly string[] {
  const limits = limitsOf(spec, settings);
  const rows: readonly (readonly [option: string, limit: number | undefined])[] = [
    ['--cpu-shares', limits.cpuShares],
    ['--cpu-quota', limits.cpuQuota],
    ['--memory-reservation', limits.memoryReservation],
    ['--memory', limits.memory],
    ['--oom-score-adj', limits.oomScoreAdj],
  ];
  return rows.flatMap(([option, limit]) => (limit === undefined ? [] : [option, String(limit)]));
}

/** A command for a shell is for none of the image's: its entrypoint is put aside. */
function entrypointOf({ shell = true }: mesos.CommandInfo = {}): readonly string[] {
  return shell ? ['--entrypoint', '/bin/sh'] : [];
}

/** Without a command the image's own runs. */
function commandOf(command: mesos.CommandInfo = {}): readonly string[] {
  const { shell = true, value, arguments: words = [] } = command;
  if (shell) return ['-c', value ?? ''];
  return [...(value === undefined ? [] : [value]), ...words];
}

/** The variables of a container. */
export interface RunEnvironment {
  /** Those that a file of variables can have, a line `NAME=value` each. */
  readonly plain: readonly string[];
  /** The others, whose name or value such a file would change, by their names: `docker` takes them from its environment. */
  readonly odd: Readonly<Record<string, string>>;
}

/** Lines of a file of variables are shorter than 64 KB. */
const LINE_MAX = 60_000;

/** A command task has the variables of its command alone; an executor that a framework brings has those of the agent, too. */
export function runEnvironment(
  spec: ContainerSpec,
  { sandboxDirectory }: Pick<DockerSettings, 'sandboxDirectory'>,
): RunEnvironment {
  const { containerId, environment, taskId, command, resources } = spec;
  const ofCommand = (command?.environment?.variables ?? []).flatMap(({ name, value }) =>
    value === undefined ? [] : [[name, value] as const],
  );
  // That of the host is of no use in an image.
  const { PATH, ...others } = environment;
  const role = resources.find(({ allocation_info }) => allocation_info)?.allocation_info?.role;
  const variables: Readonly<Record<string, string>> = {
    ...(taskId === undefined && { ...others, ...(PATH !== undefined && PATH !== HOST_PATH && { PATH }) }),
    ...Object.fromEntries(ofCommand),
    MESOS_SANDBOX: sandboxDirectory,
    MESOS_CONTAINER_NAME: containerName(containerId),
    ...(role !== undefined && { MESOS_ALLOCATION_ROLE: role }),
  };
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  return {
    plain: lines.filter(isPlain),
    odd: Object.fromEntries(lines.filter((line) => !isPlain(line)).map(splitLine)),
  };
}

/** The name of a variable ends at the first `=`, whatever the task says. */
function splitLine(line: string): readonly [name: string, value: string] {
  const end = line.indexOf('=');
  return [line.slice(0, end), line.slice(end + 1)];
}

function isPlain(line: string): boolean {
  return /^[A-Za-z_][\w.-]*=[^\n\r]*$/.test(line) && line.length < LINE_MAX;
}
