/**
 * Containers of executors and their usage, for `/containers` and GET_CONTAINERS (Mesos 1.11
 * Http::_containers).
 */

import type { Call, Response } from '../../../api/generated/agent';
import { encodeJson } from '../../../api/json-write';
import { jsonArray, jsonObject } from '../../../api/state-json';
import type { Acls } from '../../../model/acls';
import { isAllowed, thing } from '../../../model/authorizer';
import { principalOf } from '../../../runtime/http/access';
import { queryOf, sendJson, sendText } from '../../../runtime/http/json';
import type { Reply, Request } from '../../../runtime/http/server';
import type { Container } from '../../containerizer/port';
import type { Usage } from '../../containerizer/statistics';
import { wireId } from '../../containerizer/usage';
import type { AgentState, Executor } from '../../core/state/state';
import { containersOf } from '../../views/operator';
import { hasEnded } from '../containers/operator-containers';

export interface ContainerPages {
  /** The answer of `/containers`. */
  readonly page: (request: Request, reply: Reply) => Promise<Reply>;
  /** The containers as messages of the v1 API, with the nested ones if they are asked for. */
  readonly wire: (request: Request, call?: Call.GetContainers) => Promise<WireContainer[]>;
}

type WireContainer = Response.GetContainers.Container;

type Measured = Pick<Container, 'id' | 'ended' | 'usage' | 'status'> & Partial<Pick<Container, 'spec'>>;

interface Sources {
  readonly read: <T>(view: (state: AgentState) => T) => T;
  /** The usage of each container by its id. */
  readonly usage: () => Promise<Usage>;
  /** All containers, also nested ones. */
  readonly containers: () => readonly Measured[];
  readonly acls: Acls | undefined;
}

const WRONG_QUERY =
  'Supported query parameters are container_id only, framework_id only, or executor_id and framework_id only';

export function containerPages(sources: Sources): ContainerPages {
  const wire: ContainerPages['wire'] = async (request, filter = {}) => {
    const all = await containers(sources, request);
    const roots = new Set(all.map(({ container_id }) => container_id.value));
    const candidates = sources.containers();
    const standalone = new Set(candidates.filter(({ spec }) => spec?.isStandalone).map(({ id }) => id));
    const mayViewStandalone = isAllowed(sources.acls, 'view_standalone_containers', principalOf(request));
    const others = candidates.filter(({ id }) =>
      isShown(id, { filter, roots, standalone, mayViewStandalone }),
    );
    // Those whose end nobody has asked for are remembered, and no containers any more.
    const ends = await Promise.all(others.map(hasEnded));
    const running = others.filter((_container, index) => !ends[index]);
    return [...all, ...(await Promise.all(running.map(printContainer)))];
  };
  return {
    wire,
    page: async (request, reply) => {
      const { container_id, framework_id, executor_id } = queryOf(request);
      const isTooMuch = container_id !== undefined && (executor_id ?? framework_id) !== undefined;
      const isTooLittle = executor_id !== undefined && framework_id === undefined;
      if (isTooMuch || isTooLittle) return sendText(reply, 400, WRONG_QUERY);
      const all = await wire(request);
      const wanted = all.filter(
        (container) =>
          matches(container_id, container.container_id) &&
          matches(framework_id, container.framework_id) &&
          matches(executor_id, container.executor_id),
      );
      const names = sourceNames(sources);
      const pages = wanted.map((container) =>
        containerJson(container, names.get(container.container_id.value)),
      );
      return sendJson(request, reply, jsonArray(pages));
    },
  };
}

/** The member `source` of executors, which the v1 API does not have, by the ids of their containers. */
function sourceNames({ read }: Sources): ReadonlyMap<string, string> {
  return read(
    (state) => new Map(containersOf(state).map(({ containerId, info }) => [containerId, info.source ?? ''])),
  );
}

function matches(wanted: string | undefined, id: { readonly value: string } | undefined): boolean {
  return wanted === undefined || wanted === id?.value;
}

interface Shown {
  readonly filter: Call.GetContainers;
  /** The containers of executors that the sender may view. */
  readonly roots: ReadonlySet<string>;
  /** The standalone containers. */
  readonly standalone: ReadonlySet<string>;
  readonly mayViewStandalone: boolean;
}

/** True for a nested or standalone container that is asked for, and that the sender may view. */
function isShown(id: string, { filter, roots, standalone, mayViewStandalone }: Shown): boolean {
  const { show_nested: showsNested = false, show_standalone: showsStandalone = false } = filter;
  const [root = id] = id.split('.');
  const isNested = id !== root;
  const isOfStandalone = standalone.has(root);
  if (isNested ? !showsNested : !showsStandalone || !isOfStandalone) return false;
  return isOfStandalone ? mayViewStandalone : roots.has(root);
}

/** Nested and standalone containers are told with no ids of a framework or executor, as in the original. */
async function printContainer(container: Measured): Promise<WireContainer> {
  return {
    container_id: wireId(container.id),
    container_status: await container.status().catch(() => undefined),
    resource_statistics: await container.usage().catch(() => undefined),
  };
}

async function containers(sources: Sources, request: Request): Promise<WireContainer[]> {
  const { read, acls } = sources;
  const sender = principalOf(request);
  const usage = await sources.usage();
  return read((state) => {
    const mayView = ({ info, frameworkId }: Executor): boolean =>
      isAllowed(
        acls,
        'view_containers',
        sender,
        thing(info.command?.user ?? state.frameworks.get(frameworkId)?.info.user),
      );
    return containersOf(state)
      .filter(mayView)
      .map((executor) => ({
        framework_id: { value: executor.frameworkId },
        executor_id: { value: executor.id },
        executor_name: executor.info.name ?? '',
        container_id: { value: executor.containerId },
        container_status: { ...executor.containerStatus, container_id: { value: executor.containerId } },
        resource_statistics: usage.get(executor.containerId),
      }));
  });
}

function containerJson(container: WireContainer, source: string | undefined): string {
  const { container_status: status, resource_statistics: statistics } = container;
  return jsonObject({
    container_id: JSON.stringify(container.container_id.value),
    executor_id: JSON.stringify(container.executor_id?.value),
    executor_name: JSON.stringify(container.executor_name),
    framework_id: JSON.stringify(container.framework_id?.value),
    source: JSON.stringify(source),
    statistics: statistics && encodeJson('mesos.v1.ResourceStatistics', statistics),
    status: status && encodeJson('mesos.v1.ContainerStatus', status),
  });
}
