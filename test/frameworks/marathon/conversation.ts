/**
 * The commands of Marathon's HTTP conversations: requests to the real routes, without a socket, before a fake cluster on
 * a virtual clock.
 *
 * A request is `METHOD /path {json}`; its answer is shown with status, `Location` and body. Ids and times have short names
 * as in the other scripts.
 */

import { isObject } from '../../../cluster/model/json-value';
import type { Reply, Request, Route } from '../../../cluster/runtime/http/server';
import { silentLogger } from '../../../cluster/runtime/log';
import { readAclsFlag } from '../../../frameworks/kit/edge/access/acls';
import { type Authorizer, rightsOf, UNLIMITED } from '../../../frameworks/kit/edge/access/authorizer';
import { Slices } from '../../../frameworks/kit/edge/rest/slices';
import { appOf } from '../../../frameworks/marathon/core/instances/definition';
import type { NewMarathonEvent } from '../../../frameworks/marathon/core/state/events';
import type { RestContext } from '../../../frameworks/marathon/edge/rest/context';
import { marathonRoutes } from '../../../frameworks/marathon/edge/rest/routes';
import type { LateInterpreter } from '../../scripts/run';
import { agent, type ClusterOptions, FakeCluster } from './fake-cluster';
import { MarathonPrinter } from './printed';

const START = Date.parse('2030-01-01T00:00:00.000Z');
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'] as const;
export type Method = (typeof METHODS)[number];

/** The events that every deployment has many of. */
const QUIET = new Set(['instance_changed_event', 'status_update_event', 'scheduler_registered_event']);

export class MarathonConversation {
  protected cluster = this.open({});
  protected readonly printer = new MarathonPrinter(START);
  private requests = 1_000_000;
  private shownEvents = 0;
  /** The authorizer, and the sender of the requests. */
  private authorizer: Authorizer | undefined;
  private sender = '';

  readonly interpret: LateInterpreter = async ([command = '', ...words], line) => {
    const method = METHODS.find((name) => name === command);
    if (method) return this.ask(method, words[0] ?? '', line);
    return this.commands(command, words, line).map((text) => this.printer.shorten(text));
  };

  private open(options: ClusterOptions): FakeCluster {
    return new FakeCluster({ startAt: START, ...options });
  }

  protected commands(command: string, words: readonly string[], line: string): string[] {
    const { cluster } = this;
    switch (command) {
      case 'settings':
        this.cluster = this.open({ settings: JSON.parse(line.slice(command.length)) as object });
        return [];
      case 'acls':
        this.authorizer = readAclsFlag(line.slice(command.length));
        return [];
      case 'as':
        this.sender = words[0] ?? '';
        return [];
      case 'agent':
        this.cluster = this.open({ agents: [agent(1, JSON.parse(line.slice(command.length)) as object)] });
        return [];
      case 'update': {
        const [taskId = '', state = ''] = words;
        const members = line.slice(line.indexOf(state) + state.length).trim() || '{}';
        cluster.update(this.printer.withIds(taskId), state as 'TASK_RUNNING', JSON.parse(members) as object);
        return [];
      }
      case 'wait':
        cluster.advance(Number(words[0]));
        return [];
      case 'tasks': {
        const state = words[0] as 'TASK_RUNNING';
        cluster.behaviour = () => [[10, state]];
        return [];
      }
      case 'probes': {
        cluster.probeResult = (_probe, id) => {
          const instance = this.cluster.state.instances.get(id);
          const app = instance && appOf(this.cluster.state, instance);
          return app?.cmd === words[1] ? { ok: false, cause: 'refused' } : { ok: true };
        };
        return [];
      }
      case 'crash':
        return this.crash();
      case 'events': {
        const events = cluster.events
          .slice(this.shownEvents)
          .filter(({ eventType }) => !QUIET.has(eventType));
        this.shownEvents = cluster.events.length;
        return events.map(({ eventType, groupId, appId, version: _version, reason }) =>
          [eventType, groupId, appId, reason].filter((part) => part !== undefined).join(' '),
        );
      }
      case 'instances':
        return [...cluster.state.instances.keys()];
      case 'roles':
        return [
          `framework ${cluster.lastInfo?.roles?.join(' ')}`,
          ...cluster
            .callsOf('UPDATE_FRAMEWORK')
            .map(({ update_framework: update }) => `call ${update?.framework_info.roles?.join(' ')}`),
        ];
      case 'stored':
        return cluster.store.fetchAllNow('marathon/app').map(({ name }) => name);
      case 'apps':
        return [...cluster.state.apps.values()].map(
          ({ id, instances, cmd, role }) =>
            `${id} ${cluster.running(id).length}/${instances} ${cmd}${role === '*' ? '' : ` as ${role}`}`,
        );
      default:
        throw new Error(`no command ${command}`);
    }
  }

  /** Another Marathon goes on from what is stored. */
  private crash(): string[] {
    const { cluster } = this;
    this.shownEvents = 0;
    this.cluster = this.open({
      store: cluster.store,
      tasks: cluster.tasks,
      startAt: cluster.clock.now() + 1,
      settings: cluster.state.settings,
    });
    this.cluster.behaviour = cluster.behaviour;
    this.cluster.probeResult = cluster.probeResult;
    return [];
  }

  protected async ask(method: Method, target: string, line: string): Promise<string[]> {
    const { pathname, search, searchParams } = new URL(this.printer.withIds(target), 'http://host');
    const json = line.slice(line.indexOf(target) + target.length).trim();
    const request = {
      url: pathname + search,
      params: {},
      query: Object.fromEntries([...searchParams.keys()].map((key) => [key, searchParams.getAll(key)])),
      headers: { host: 'host' },
      ip: '127.0.0.1',
      protocol: 'http',
      body: json === '' ? undefined : Buffer.from(this.printer.withIds(json)),
    } as unknown as Request;
    const answer = new FakeReply();
    const route = routeFor(marathonRoutes(this.context()), pathname, request);
    const handle = route?.methods[method];
    if (!handle) return [route ? '405' : '404'];
    await handle(request, answer as unknown as Reply);
    return answer.lines().map((text) => this.printer.shorten(text));
  }

  protected context(): RestContext {
    const { cluster } = this;
    const { settings } = cluster.state;
    const context: Partial<RestContext> = {
      settings,
      normalization: { mesosBridgeName: settings.mesosBridgeName },
      log: silentLogger,
      // One slice is enough however slow this machine is.
      slices: new Slices(() => 0),
      concurrentMax: undefined,
      active: { count: 0 },
      plugins: [],
      rights: () => (this.authorizer ? rightsOf(this.authorizer, { value: this.sender }) : UNLIMITED),
      now: () => cluster.clock.now(),
      leader: () => 'host:8080',
      standing: () => ({ kind: 'leading' }),
      headers: () => ({}),
      errorBody: (_status, message) => ({ message }),
      read: (view) => view(cluster.state),
      ask: async (wish) => {
        const request = this.requests++;
        cluster.post({ ...wish, request } as NewMarathonEvent);
        const answer = cluster.answers.get(request);
        if (!answer) throw new Error('the machine does not answer');
        return answer;
      },
    };
    return context as RestContext;
  }
}

class FakeReply {
  private status = 0;
  private sent: Record<string, string> = {};
  private body = '';

  code(status: number): this {
    this.status = status;
    return this;
  }

  headers(headers: Record<string, string>): this {
    this.sent = headers;
    return this;
  }

  type(): this {
    return this;
  }

  send(body = ''): this {
    this.body = body;
    return this;
  }

  lines(): string[] {
    const location = this.sent['location'];
    const isJson = /^[[{]/.test(this.body);
    const body = isJson ? JSON.stringify(JSON.parse(this.body, shortApp)) : this.body;
    return [`${this.status}${location === undefined ? '' : ` ${location}`} ${body}`.trim()];
  }
}

/** A whole app or pod in an answer as its id, its version, and the members that embeds add. */
export function shortApp(_key: string, value: unknown): unknown {
  if (isObject(value) && 'scaling' in value && 'scheduling' in value) return shortPod(value);
  if (!isObject(value) || !('upgradeStrategy' in value)) return value;
  const { id, instances, version, tasksRunning, deployments, tasks, dependencies } = value;
  return { app: id, instances, version, tasksRunning, deployments, tasks, dependencies };
}

function shortPod({ id, version, scaling }: Record<string, unknown>): unknown {
  return { pod: id, version, instances: (scaling as { instances: number }).instances };
}

/** The route for a path as the server selects it; what a wildcard stands for goes into the request. */
function routeFor(routes: readonly Route[], path: string, request: Request): Route | undefined {
  const plain = path.replace(/\/+$/, '') || '/';
  const exact = routes.find((route) => route.path === plain);
  if (exact) return exact;
  const wild = routes
    .filter((route) => route.path.endsWith('/*') && path.startsWith(route.path.slice(0, -1)))
    .sort((a, b) => b.path.length - a.path.length)[0];
  if (wild) Object.assign(request, { params: { '*': path.slice(wild.path.length - 1) } });
  return wild;
}
