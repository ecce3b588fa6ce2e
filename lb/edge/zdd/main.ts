/**
 * Runs a zero-downtime deployment (ZDD) for `meseta lb zdd`: orders to Marathon, progress from the load balancers.
 */

import { execFile } from 'node:child_process';
import { lookup, resolve4 } from 'node:dns/promises';
import { isIP } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorText } from '../../../cluster/model/error-text';
import { type App, readOneApp } from '../../core/apps/apps';
import { serverName } from '../../core/services/names';
import { readServerCounts } from '../../core/traffic/traffic';
import {
  deletesOld,
  drainedTasks,
  isFinished,
  type Listener,
  nextInstances,
  nothingToDrain,
  prepareDeploy,
  readZddApp,
  sameGroup,
  settled,
  ZDD_STATUS,
  type ZddApp,
  type ZddFailure,
  type ZddOptions,
  zddBackend,
} from '../../core/zdd/zdd';
import { authorizeBy, clientTrusting } from '../authorize';
import type { Authorize, Client } from '../marathon';
import type { MarathonAccess } from '../marathon-access';

export interface ZddConfig extends ZddOptions {
  readonly marathon: string;
  readonly loadBalancer: string;
  /** `user:password` for the statistics of the load balancers. */
  readonly loadBalancerCredentials?: string | undefined;
  readonly app: unknown;
  readonly dryRun: boolean;
  readonly force: boolean;
  readonly resume: boolean;
  readonly stepDelayMs: number;
  readonly maxWaitMs: number;
  readonly preKillHook: string | undefined;
}

export interface ZddDeps {
  /** The client for load balancers, and for Marathon without `marathonClient`. */
  readonly client: Client;
  readonly marathonClient?: Client;
  readonly authorize: Authorize;
  readonly out: (text: string) => void;
  readonly say: (text: string) => void;
  /** Asks the operator a yes-or-no question. */
  readonly confirm: (question: string) => Promise<boolean>;
  readonly sleep: (ms: number) => Promise<void>;
  readonly now: () => number;
}

/** Ends a deployment with an exit status. */
export class ZddError extends Error {
  constructor(
    readonly status: number,
    text: string,
  ) {
    super(text);
  }
}

/** Runs the deployment. Returns the exit status: 0 when done, 1 when the operator said no. */
export async function runZdd(config: ZddConfig, deps: ZddDeps): Promise<number> {
  const zdd = new Zdd(config, deps);
  return await zdd.run();
}

/** Runs the deployment on the real clock. An error is printed, and its status becomes the exit status. */
export async function deploy(
  config: ZddConfig,
  access: MarathonAccess,
  io: Pick<ZddDeps, 'client' | 'out' | 'say' | 'confirm'>,
): Promise<number> {
  const client: Client = access.caFile === undefined ? io.client : clientTrusting(access.caFile);
  const authorize = authorizeBy(access, client, () => Date.now());
  try {
    const deps = {
      ...io,
      marathonClient: client,
      authorize,
      sleep: (ms: number) => sleep(ms),
      now: () => Date.now(),
    };
    return await runZdd(config, deps);
  } catch (error) {
    if (!(error instanceof ZddError)) throw error;
    io.say(error.message);
    return error.status;
  }
}

function unwrap(read: ZddApp | ZddFailure): ZddApp {
  if ('error' in read && !('labels' in read))
    throw new ZddError((read as ZddFailure).status, (read as ZddFailure).error);
  return read as ZddApp;
}

class Zdd {
  constructor(
    private readonly config: ZddConfig,
    private readonly deps: ZddDeps,
  ) {}

  async run(): Promise<number> {
    const { config, deps } = this;
    const app = unwrap(readZddApp(config.app));
    const before = sameGroup(await this.marathon('GET', '/v2/apps', ZDD_STATUS.marathon), app);
    const last = before.at(-1);
    const older = before.at(-2);
    if (last && older) return await this.continue(last, older);
    if (config.completeCurrent || config.completePrevious)
      throw new ZddError(
        ZDD_STATUS.argument,
        '--complete-cur and --complete-prev need two apps in the group',
      );
    const prepared = unwrap(prepareDeploy(app, last, config, new Date(deps.now()).toISOString()));
    deps.out(`${JSON.stringify(sorted(prepared), null, 2)}\n`);
    if (config.dryRun) return 0;
    if (!(await this.agreed('Continue with the deployment?'))) return 1;
    await this.marathon('POST', '/v2/apps', ZDD_STATUS.create, prepared);
    return last ? await this.swap(prepared, last) : 0;
  }

  /** Continues with two apps in the group: a hybrid, or an interrupted deployment. */
  private async continue(last: ZddApp, older: ZddApp): Promise<number> {
    const { completeCurrent, completePrevious, resume } = this.config;
    if (completeCurrent || (resume && !completePrevious)) return await this.swap(last, older);
    if (completePrevious) return await this.swap(older, last);
    throw new ZddError(
      ZDD_STATUS.unknown,
      'there are two apps in the group already; use --resume, --complete-cur or --complete-prev',
    );
  }

  private async swap(first: ZddApp, second: ZddApp): Promise<number> {
    const { config, deps } = this;
    for (;;) {
      const old = await this.fetchApp(second.id);
      const fresh = await this.fetchApp(first.id);
      if (((fresh.app['deployments'] as unknown[] | undefined) ?? []).length > 0) {
        await deps.sleep(config.stepDelayMs);
        continue;
      }
      const drained = nothingToDrain(fresh.app, old.app)
        ? []
        : await this.waitForDrained(fresh.app, old.app, old.tasks);
      if (isFinished(fresh.app, old.app, drained, config)) return await this.finish(fresh.app, old.app);
      if (drained.length > 0) {
        await this.hook(old.app, drained, fresh.app);
        deps.say(`about to kill ${drained.length} drained tasks: ${drained.join(', ')}`);
        if (!(await this.agreed('Continue?'))) return 1;
        await this.marathon('POST', '/v2/tasks/delete?scale=true', ZDD_STATUS.scale, { ids: drained });
      }
      const instances = nextInstances(fresh.app, old.app, config);
      if (instances === undefined) {
        // With nothing to kill and nothing to scale the deployment waits, with a pause between its requests.
        if (drained.length === 0) await deps.sleep(config.stepDelayMs);
        continue;
      }
      deps.say(`scaling ${fresh.app.id} to ${instances} instances`);
      await this.marathon('PUT', `/v2/apps${fresh.app.id}`, ZDD_STATUS.scale, { instances });
    }
  }

  private async finish(fresh: ZddApp, old: ZddApp): Promise<number> {
    if (!deletesOld(fresh, this.config)) {
      this.deps.say('both apps stay: this is a hybrid deployment');
      return 0;
    }
    this.deps.say(`about to delete ${old.id}`);
    if (!(await this.agreed('Continue?'))) return 1;
    await this.marathon('DELETE', `/v2/apps${old.id}`, ZDD_STATUS.delete);
    return 0;
  }

  /** Waits for the load balancers, at most `--max-wait`, and returns the tasks of the older app that can be killed. */
  private async waitForDrained(fresh: ZddApp, old: ZddApp, tasks: App['tasks']): Promise<string[]> {
    const { config, deps } = this;
    const urls = await this.balancers();
    const servers = await Promise.all(
      tasks.map(async (task) => ({ id: task.id, server: await nameOf(task) })),
    );
    const backend = zddBackend(fresh);
    const until = deps.now() + config.maxWaitMs;
    let listeners: Listener[] = [];
    while (deps.now() < until) {
      await deps.sleep(config.stepDelayMs);
      if (await this.anyReloading(urls)) continue;
      const current = await this.listeners(urls, backend);
      if (!current) continue;
      listeners = current;
      deps.say(
        `${old.instances} old and ${fresh.instances} new instances; ${listeners.length} servers at ${urls.length} load balancers`,
      );
      if (settled(fresh, old, listeners, urls.length))
        return drainedTasks(servers, listeners, urls.length, true);
    }
    deps.say('the servers did not drain in time; those that are out are taken anyway');
    listeners = (await this.listeners(urls, backend)) ?? listeners;
    return drainedTasks(servers, listeners, urls.length, false);
  }

  /** One URL for each load balancer behind the host name. */
  private async balancers(): Promise<string[]> {
    const url = new URL(this.config.loadBalancer);
    if (isIP(url.hostname.replace(/^\[|\]$/g, ''))) return [url.origin];
    const addresses = await resolve4(url.hostname).catch(async () => [
      (await lookup(url.hostname, 4)).address,
    ]);
    return addresses.map((address) => `${url.protocol}//${address}:${url.port}`);
  }

  private async anyReloading(urls: readonly string[]): Promise<boolean> {
    const counts = await Promise.all(
      urls.map(async (url) => (await this.text(`${url}/_haproxy_getpids`))?.trim().split(/\s+/).length ?? 99),
    );
    return counts.some((count) => count > 2);
  }

  private async listeners(urls: readonly string[], backend: string): Promise<Listener[] | undefined> {
    const pages = await Promise.all(urls.map((url) => this.text(`${url}/haproxy?stats;csv`)));
    if (pages.some((page) => page === undefined)) return undefined;
    return pages
      .flatMap((page) => readServerCounts(page ?? ''))
      .filter((count) => count.backend === backend)
      .map(({ server, status, connections, queued }) => ({ server, status, busy: connections + queued > 0 }));
  }

  private async text(url: string): Promise<string | undefined> {
    try {
      const { loadBalancerCredentials: credentials } = this.config;
      const headers: Record<string, string> = credentials
        ? { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }
        : {};
      const { status, body } = await this.deps.client.request({ url, headers });
      return status === 200 ? body.toString() : undefined;
    } catch {
      return undefined;
    }
  }

  private async fetchApp(id: string): Promise<{ app: ZddApp; tasks: App['tasks'] }> {
    const json = await this.marathon('GET', `/v2/apps${id}`, ZDD_STATUS.marathon);
    const app = unwrap(readZddApp((json as { app?: unknown }).app));
    return { app, tasks: readOneApp(json)?.tasks ?? [] };
  }

  private async marathon(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    status: number,
    body?: unknown,
  ): Promise<unknown> {
    const { authorize } = this.deps;
    const client = this.deps.marathonClient ?? this.deps.client;
    const url = this.config.marathon.replace(/\/+$/, '') + path;
    try {
      const authorization = await authorize();
      const headers = { 'content-type': 'application/json', ...(authorization ? { authorization } : {}) };
      const more = body === undefined ? {} : { body: JSON.stringify(body) };
      const answer = await client.request({ method, url, headers, ...more });
      if (answer.status >= 400)
        throw new Error(`status ${answer.status}: ${answer.body.toString().slice(0, 500)}`);
      return answer.body.length === 0 ? undefined : JSON.parse(answer.body.toString());
    } catch (error) {
      throw new ZddError(status, `${method} ${path}: ${errorText(error)}`);
    }
  }

  private async hook(old: ZddApp, tasks: readonly string[], fresh: ZddApp): Promise<void> {
    const { preKillHook } = this.config;
    if (preKillHook === undefined) return;
    this.deps.say(`calling ${preKillHook}`);
    const words = [old, tasks, fresh].map((argument) => JSON.stringify(argument));
    await new Promise<void>((resolve, reject) => {
      execFile(preKillHook, words, (error) => {
        if (error)
          reject(new ZddError(ZDD_STATUS.unknown, `the hook stops the deployment: ${error.message}`));
        else resolve();
      });
    });
  }

  private async agreed(question: string): Promise<boolean> {
    return this.config.force || (await this.deps.confirm(question));
  }
}

/** The name of a task's server at the load balancers. */
async function nameOf({ host, ip, ports }: App['tasks'][number]): Promise<string> {
  const address =
    ip ??
    (isIP(host)
      ? host
      : await lookup(host, 4).then(
          (resolved) => resolved.address,
          () => host,
        ));
  return serverName(host, address, ports[0] ?? 0);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, field]) => [key, sorted(field)]),
  );
}
