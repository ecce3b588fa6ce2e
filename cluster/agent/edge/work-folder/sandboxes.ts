/**
 * The files that `/files` shows: sandboxes and the log (Mesos 1.11 src/slave/slave.cpp,
 * getExecutorVirtualPath).
 *
 * A sandbox is shown as long as it exists, under its own path, under `latest`, and under a path of framework
 * and executor. The links to persistent volumes in it lead out of it, so these are found by the tasks that use them. That
 * of a standalone container is shown under its path, by rights on all sandboxes.
 */

import { dirname, join } from 'node:path';
import type { Resource } from '../../../api/generated/mesos';
import type { Acls } from '../../../model/acls';
import { isAllowed, thing } from '../../../model/authorizer';
import type { Principal } from '../../../model/principal';
import { type Attached, VirtualFiles } from '../../../runtime/files/virtual-files';
import { linkName, volumePlace } from '../../core/resources/volume-places';
import type { AgentState, Executor } from '../../core/state/state';
import { allocatedResources } from '../../views/allocated';

const LOG_PATH = '/slave/log';

export interface SandboxOptions {
  readonly workDir: string;
  readonly logFile: string | undefined;
  readonly acls: Acls | undefined;
  readonly read: <T>(view: (state: AgentState) => T) => T;
}

/** `slaves/A/frameworks/F/executors/E/runs/R` and what is below it. */
const RUN = /^slaves\/([^/]+)\/frameworks\/([^/]+)\/executors\/([^/]+)\/runs\/([^/]+)(?:\/(.*))?$/s;
/** `containers/ID`, the sandbox of a standalone container, and what is below it. */
const STANDALONE = /^containers\/([^/]+)(?:\/(.*))?$/s;
/** `/frameworks/F/executors/E/runs/latest` and what is below it. */
const VIRTUAL = /^\/frameworks\/([^/]+)\/executors\/([^/]+)\/runs\/latest(?:\/(.*))?$/s;

export function agentFiles(options: SandboxOptions): VirtualFiles {
  const { workDir, logFile, acls } = options;
  return new VirtualFiles((path) => {
    const clean = path.replace(/\/+$/, '');
    if (logFile !== undefined && clean === LOG_PATH) {
      return { real: logFile, rest: '', may: (sender) => isAllowed(acls, 'access_mesos_logs', sender) };
    }
    const virtual = VIRTUAL.exec(clean);
    if (virtual) {
      const [, framework = '', executor = '', rest = ''] = virtual;
      const agent = options.read(({ agentId }) => agentId) ?? '';
      return sandbox(options, { agent, framework, executor, run: 'latest', rest });
    }
    if (!clean.startsWith(`${workDir}/`)) return undefined;
    const below = clean.slice(workDir.length + 1);
    const match = RUN.exec(below);
    if (!match) return standaloneSandbox(options, below);
    const [, agent = '', framework = '', executor = '', run = '', rest = ''] = match;
    return sandbox(options, { agent, framework, executor, run, rest });
  });
}

/** The sandbox of a container that the operator API has launched, which has no user that a list could name. */
function standaloneSandbox({ workDir, acls }: SandboxOptions, path: string): Attached | undefined {
  const match = STANDALONE.exec(path);
  if (!match) return undefined;
  const [, id = '', rest = ''] = match;
  if (id === '.' || id === '..') return undefined;
  const real = join(workDir, 'containers', id);
  return { real, rest, may: (sender) => isAllowed(acls, 'access_sandboxes', sender) };
}

/** The attached paths with their folders, for `/files/debug`. */
export function attachedSandboxes({ logFile, read }: SandboxOptions): Record<string, string> {
  const attached: Record<string, string> = logFile === undefined ? {} : { [LOG_PATH]: logFile };
  read(({ frameworks, completedFrameworks }) => {
    for (const framework of [...completedFrameworks.values(), ...frameworks.values()]) {
      for (const executor of [...framework.completedExecutors, ...framework.executors.values()]) {
        attached[executor.directory] = executor.directory;
        attached[join(dirname(executor.directory), 'latest')] = executor.directory;
        attached[`/frameworks/${framework.id}/executors/${executor.id}/runs/latest`] = executor.directory;
      }
    }
  });
  return attached;
}

interface Names {
  readonly agent: string;
  readonly framework: string;
  readonly executor: string;
  readonly run: string;
  readonly rest: string;
}

function sandbox(options: SandboxOptions, names: Names): Attached | undefined {
  const { agent, framework, executor, run, rest } = names;
  const parts = ['slaves', agent, 'frameworks', framework, 'executors', executor, 'runs', run];
  if (parts.some((part) => part === '' || part === '.' || part === '..')) return undefined;
  const may = (sender: Principal | undefined): boolean => maySee(options, names, sender);
  const volume = options.read((state) => volumeIn(options.workDir, executorOf(state, names), rest));
  if (volume) return { ...volume, may };
  return { real: join(options.workDir, ...parts), rest, may };
}

/** A name in a sandbox, or in that of a task of a group below it, and what is below that. */
const NAME = /^(?:(?:tasks|containers)\/([^/]+)\/)?([^/]+)(?:\/(.*))?$/s;

/** The persistent volume that a path in a sandbox leads to, by the resources of the executor and its tasks. */
function volumeIn(
  workDir: string,
  executor: Executor | undefined,
  path: string,
): Pick<Attached, 'real' | 'rest'> | undefined {
  const [, , name = '', rest = ''] = NAME.exec(path) ?? [];
  if (!executor || name === '') return undefined;
  const ended = executor.completedTasks.flatMap(({ info }) => info.resources ?? []);
  const resources: readonly Resource[] = [...allocatedResources(executor), ...ended];
  const volume = resources.find((resource) => resource.disk?.persistence && linkName(resource) === name);
  const place = volume && volumePlace(workDir, volume);
  return place && { real: place.path, rest };
}

/** The executor of a run; undefined when it is forgotten. */
function executorOf(
  { frameworks, completedFrameworks }: AgentState,
  { framework: id, executor, run }: Names,
): Executor | undefined {
  const framework = frameworks.get(id) ?? completedFrameworks.get(id);
  const live = framework?.executors.get(executor);
  const isWanted = ({ id: candidate, containerId }: Executor): boolean =>
    candidate === executor && (run === 'latest' || run === containerId);
  return live && isWanted(live) ? live : framework?.completedExecutors.findLast(isWanted);
}

/** True for principals who may act as the executor's user. The user of a forgotten executor is unknown. */
function maySee({ acls, read }: SandboxOptions, names: Names, sender: Principal | undefined): boolean {
  const user = read(({ frameworks, completedFrameworks }) => {
    const framework = frameworks.get(names.framework) ?? completedFrameworks.get(names.framework);
    const executor =
      framework?.executors.get(names.executor) ??
      framework?.completedExecutors.findLast(({ id }) => id === names.executor);
    return executor?.info.command?.user ?? framework?.info.user;
  });
  return isAllowed(acls, 'access_sandboxes', sender, user === undefined ? undefined : thing(user));
}
