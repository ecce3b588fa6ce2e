/**
 * Containers that the operator API launches, waits for, kills and removes (Mesos 1.11 Http::_launchContainer and those after
 * it in src/slave/http.cpp).
 *
 * Always true: the end of a container is known until it is removed, or until what is around it has ended; of standalone
 * ones that have ended the last 100 are known.
 */

import { constants } from 'node:os';
import type * as api from '../../../api/generated/agent';
import type * as mesos from '../../../api/generated/mesos';
import { errorText } from '../../../model/error-text';
import type { ExitStatus } from '../../../model/exit-status';
import type { ContainerTable } from '../../containerizer/composed';
import type { Container } from '../../containerizer/port';
import {
  nestedContainer,
  printContainerId,
  rootContainerId,
  sessionContainer,
  standaloneContainer,
  standaloneSandbox,
} from '../../core/containers/operator-container';
import type { ContainerSpec, Termination } from '../../core/state/container-spec';
import { containerName } from '../../docker/core/names';

/** The number of ended standalone containers that are known. */
const ENDED_MAX = 100;
/** The answer to a launch of a container that is there. */
const UNDER_WAY: CallAnswer = { status: 202, text: '' };

/** The answer to a call that has no message: an empty 200 or 202, or a refusal with its reason. */
export interface CallAnswer {
  readonly status: number;
  readonly text: string;
}

export interface OperatorContainersOptions {
  readonly containerizer: Pick<ContainerTable, 'launch' | 'wait' | 'destroy' | 'all' | 'get'>;
  readonly workDir: string;
  /** Called at the launch of a container, with its sandbox. */
  readonly sandboxBegun: (directory: string) => void;
  /** Called at the end of a container that is no executor's, and when its launch fails, with its sandbox. */
  readonly sandboxEnded: (directory: string) => void;
  /** Takes a sandbox away: the folder of the outermost one, and the way from there. */
  readonly discard: (root: string, way: readonly string[]) => void;
}

type Launch = api.Call.LaunchContainer;

export class OperatorContainers {
  /** The standalone containers that have ended, oldest first. */
  private readonly ended: string[] = [];
  /** The containers whose end is followed. */
  private readonly followed = new Set<string>();

  constructor(private readonly options: OperatorContainersOptions) {}

  /** Launches a container, or a session in one. */
  async launch(launch: Launch, isSession = false): Promise<CallAnswer> {
    const id = printContainerId(launch.container_id);
    const { containerizer } = this.options;
    if (containerizer.get(id)) return UNDER_WAY;
    const spec = await this.specOf(launch, isSession);
    if ('status' in spec) return spec;
    // A second call for it may have come meanwhile: its failure would end the container of the first.
    if (containerizer.get(id)) return UNDER_WAY;
    this.options.sandboxBegun(spec.directory);
    try {
      this.follow(await containerizer.launch(spec));
      return { status: 200, text: '' };
    } catch (error) {
      await containerizer.destroy(id).catch(() => undefined);
      this.options.sandboxEnded(spec.directory);
      return { status: 400, text: errorText(error) };
    }
  }

  private async specOf(launch: Launch, isSession: boolean): Promise<ContainerSpec | CallAnswer> {
    const { container_id: id, container } = launch;
    if (isOfDocker(container)) return bad('The provided ContainerInfo is not supported');
    if (!id.parent) return standaloneContainer(launch, this.options.workDir);
    const parent = this.options.containerizer.get(printContainerId(id.parent));
    const name = printContainerId(id.parent);
    if (!parent || (await hasEnded(parent))) return bad(`Parent container ${name} does not exist`);
    if (isOfDocker(parent.spec.container))
      return bad(
        'Nested containers are not supported in Docker containers: on the machine of the agent, ' +
          `'docker exec ${containerName(parent.id)} COMMAND' runs one`,
      );
    if (isSession) return sessionContainer(launch, parent.spec);
    return parent.spec.isSession
      ? bad(`Parent container ${name} is a session, in which there are none`)
      : nestedContainer(launch, parent.spec);
  }

  /** Follows containers of an earlier run. */
  recovered(): void {
    for (const container of this.options.containerizer.all())
      if (container.spec.isStandalone) this.follow(container);
  }

  /** Ends all standalone containers, with those nested in them. */
  async destroyAll(): Promise<void> {
    const { containerizer } = this.options;
    const standalone = containerizer.all().filter(({ spec }) => spec.isStandalone);
    await Promise.all(standalone.map(({ id }) => containerizer.destroy(id)));
  }

  private follow(container: Container): void {
    if (this.followed.has(container.id)) return;
    this.followed.add(container.id);
    void container.ended.then(() => this.end(container));
  }

  private end({ id, spec }: Container): void {
    this.followed.delete(id);
    this.options.sandboxEnded(spec.directory);
    if (!spec.isStandalone) return;
    this.ended.push(id);
    const oldest = this.ended.length > ENDED_MAX ? this.ended.shift() : undefined;
    if (oldest !== undefined) void this.options.containerizer.destroy(oldest).catch(() => undefined);
  }

  /** Waits for the end of a container. */
  async wait(id: mesos.ContainerID): Promise<api.Response.WaitContainer | CallAnswer> {
    const termination = await this.options.containerizer.wait(printContainerId(id));
    return termination
      ? printTermination(termination)
      : { status: 404, text: `Container ${printContainerId(id)} cannot be found` };
  }

  /** Sends a signal to a container. */
  async kill(id: mesos.ContainerID, signal: number = constants.signals.SIGKILL): Promise<CallAnswer> {
    const name = printContainerId(id);
    const container = this.options.containerizer.get(name);
    if (!container || (await hasEnded(container)))
      return { status: 404, text: `Container '${name}' cannot be found (or is already killed)` };
    try {
      await container.signal(signalName(signal));
      return { status: 200, text: '' };
    } catch (error) {
      return { status: 500, text: `Unable to send signal to container: ${errorText(error)}` };
    }
  }

  /** Forgets a container that has ended, and removes its sandbox. */
  async remove(id: mesos.ContainerID): Promise<CallAnswer> {
    const { containerizer, workDir, discard } = this.options;
    const name = printContainerId(id);
    const container = containerizer.get(name);
    if (container && !(await hasEnded(container)))
      return { status: 500, text: `${id.parent ? 'Nested container' : 'Container'} has not terminated yet` };
    const root = containerizer.get(rootContainerId(id));
    if (id.parent && !root) return { status: 500, text: 'Unknown root container' };
    if (container) await containerizer.destroy(name);
    const sandbox = root?.spec.directory ?? standaloneSandbox(workDir, name);
    discard(sandbox, name.split('.').slice(1));
    const index = this.ended.indexOf(name);
    if (index >= 0) this.ended.splice(index, 1);
    return { status: 200, text: '' };
  }

  get(id: mesos.ContainerID): Container | undefined {
    return this.options.containerizer.get(printContainerId(id));
  }
}

/** True once a container has ended and is cleaned up. */
export async function hasEnded({ ended }: Pick<Container, 'ended'>): Promise<boolean> {
  const now = new Promise<boolean>((resolve) => setImmediate(resolve, false));
  return await Promise.race([ended.then(() => true), now]);
}

function isOfDocker(container: mesos.ContainerInfo | undefined): boolean {
  return container !== undefined && container.type !== 'MESOS';
}

function bad(text: string): CallAnswer {
  return { status: 400, text };
}

/** The name of a signal that is sent by its number. */
function signalName(number: number): NodeJS.Signals {
  const names = Object.entries(constants.signals) as [NodeJS.Signals, number][];
  const name = names.find(([, candidate]) => candidate === number)?.[0];
  if (name === undefined) throw new Error('Invalid argument');
  return name;
}

function waitStatus(status: ExitStatus): number {
  if ('code' in status) return status.code << 8;
  return (constants.signals as Record<string, number>)[status.signal] ?? constants.signals.SIGKILL;
}

/** The exit status is that of wait(2), as in the original. */
function printTermination({ status, state, reason, message, limitedResources }: Termination) {
  return {
    exit_status: status && waitStatus(status),
    state,
    reason,
    limitation: limitedResources && { resources: limitedResources },
    message: message === '' ? undefined : message,
  };
}
