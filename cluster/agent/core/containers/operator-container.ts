/**
 * Containers that the operator API launches: standalone ones, those nested in any other, and sessions in one (Mesos 1.11
 * `Http::_launchContainer` in src/slave/http.cpp, and launch in src/slave/containerizer/mesos/containerizer.cpp).
 */

import type * as api from '../../../api/generated/agent';
import type * as mesos from '../../../api/generated/mesos';
import type { ContainerSpec } from '../state/container-spec';
import { type Environment, PATH, variablesOf } from './executor-environment';

/** The parts of a call that say what a container is; LAUNCH_CONTAINER alone has resources and limits. */
type Launch = Pick<
  api.Call.LaunchContainer,
  'container_id' | 'command' | 'container' | 'resources' | 'limits'
>;

/** The id as one text: that of the container around it comes first. */
export function printContainerId({ value, parent }: mesos.ContainerID): string {
  return parent ? `${printContainerId(parent)}.${value}` : value;
}

/** The id of the outermost container. */
export function rootContainerId({ value, parent }: mesos.ContainerID): string {
  return parent ? rootContainerId(parent) : value;
}

/** The sandbox of a standalone container. */
export function standaloneSandbox(workDir: string, containerId: string): string {
  return `${workDir}/containers/${containerId}`;
}

/** A container of no framework; its program runs as the agent's user unless it names one. */
export function standaloneContainer(launch: Launch, workDir: string): ContainerSpec {
  const containerId = printContainerId(launch.container_id);
  const directory = standaloneSandbox(workDir, containerId);
  return {
    ...partsOf(launch),
    containerId,
    isStandalone: true,
    frameworkId: '',
    executorId: '',
    directory,
    user: launch.command?.user,
    environment: environmentOf(launch, directory),
  };
}

/** A container in another one, whose user it has unless it names one; its sandbox is in the other's. */
export function nestedContainer(launch: Launch, parent: ContainerSpec): ContainerSpec {
  const { value } = launch.container_id;
  const directory = `${parent.directory}/containers/${value}`;
  return {
    ...partsOf(launch),
    containerId: `${parent.containerId}.${value}`,
    parent: parent.containerId,
    frameworkId: parent.frameworkId,
    executorId: parent.executorId,
    directory,
    user: launch.command?.user ?? parent.user,
    environment: environmentOf(launch, directory),
  };
}

/** A program in another container, which gets the environment of that and its own variables. */
export function sessionContainer(launch: Launch, parent: ContainerSpec): ContainerSpec {
  const nested = nestedContainer(launch, parent);
  return { ...nested, isSession: true, environment: variablesOf(launch.command) };
}

/** A command that is left out has no program, and its start says so, as in the original. */
function partsOf({ command = {}, container, resources = [], limits = {} }: Launch) {
  return {
    command,
    container,
    resources,
    limits: Object.fromEntries(Object.entries(limits).map(([name, { value }]) => [name, Number(value)])),
  };
}

function environmentOf({ command }: Launch, directory: string): Environment {
  return { PATH, MESOS_SANDBOX: directory, ...variablesOf(command) };
}
