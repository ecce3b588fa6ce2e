/**
 * Performs the effects of `core/step.ts`: finds, adopts, starts, detaches and ends HAProxy, and probes its sockets.
 */

import { errorText } from '../../cluster/model/error-text';
import { StartError } from '../../cluster/runtime/lifecycle';
import type { Logger } from '../../cluster/runtime/log';
import type { ConfigSource, LbInput } from '../core/events';
import { healthOf, type LbHealth, type LbIssue, lbIssues } from '../core/state';
import type { Balancer } from './balancer';
import type { Haproxy } from './haproxy';
import type { LbMachine, LifePerformers } from './machine';

interface SupervisorDeps {
  readonly machine: LbMachine;
  readonly haproxy: Haproxy;
  readonly balancer: Balancer;
  readonly log: Logger;
  /** Reads the apps; fails when Marathon cannot be reached. */
  readonly readApps: () => Promise<unknown>;
  /** Throws a StartError when an own listener that HAProxy does not have yet cannot be bound. */
  readonly requireListeners: () => Promise<void>;
}

export class Supervisor {
  private apps: unknown;
  private broken = false;
  private settleStart: (why?: string) => void = () => undefined;
  private settleStop: () => void = () => undefined;

  constructor(private readonly parts: SupervisorDeps) {
    const { machine, haproxy } = parts;
    machine.performBy(this.performers());
    machine.onBroken((error) => {
      this.broken = true;
      this.settleStart(error.message);
      this.settleStop();
    });
    haproxy.onEnd = (pid, status) => this.post({ kind: 'haproxy.ended', pid, status });
  }

  post(event: LbInput): void {
    this.parts.machine.post(event);
  }

  get issues(): readonly LbIssue[] {
    return this.parts.machine.read(lbIssues);
  }

  get violations(): number {
    return this.parts.machine.violations;
  }

  get health(): LbHealth {
    return this.parts.machine.read(healthOf);
  }

  /** Resolves when HAProxy serves; fails with a StartError when it cannot. */
  async start(): Promise<void> {
    const why = await new Promise<string | undefined>((resolve) => {
      this.settleStart = resolve;
      this.post({ kind: 'started' });
    });
    if (why !== undefined) throw new StartError(why);
  }

  /** Detaches or ends HAProxy; `failed`: because the start failed. */
  async stop(failed: boolean): Promise<void> {
    if (this.broken) return await this.parts.haproxy.detach();
    await new Promise<void>((resolve) => {
      this.settleStop = resolve;
      this.post({ kind: 'stop.requested', failed });
    });
    await this.parts.machine.stop();
  }

  private performers(): LifePerformers {
    const { haproxy, balancer } = this.parts;
    return {
      find: () => {
        const search = haproxy.findRunning().then((finding) => this.post({ kind: 'haproxy.found', finding }));
        this.orFailStart(search);
      },
      adopt: ({ pid }) => this.orFailStart(this.adopt(pid)),
      read: () => void this.read(),
      start: ({ source }) => this.orFailStart(this.startHaproxy(source)),
      ready: () => this.settleStart(),
      fail: ({ why }) => this.settleStart(why),
      probe: () => void this.probe(),
      renew: ({ runtime }) => {
        if (runtime) haproxy.moveSocket();
        const reload = balancer.reloadAgain("a socket of HAProxy's was gone");
        void reload.then(
          (outcome) => this.post({ kind: 'sockets.renewed', why: outcome.ok ? undefined : outcome.why }),
          (error: Error) => this.post({ kind: 'sockets.renewed', why: error.message }),
        );
      },
      detach: () => void this.released(this.letGo()),
      end: () => void this.released(haproxy.end()),
      stopped: () => this.settleStop(),
    };
  }

  private orFailStart(work: Promise<void>): void {
    work.catch((error: Error) => this.post({ kind: 'start.failed', why: error.message }));
  }

  private async released(work: Promise<void>): Promise<void> {
    await work.catch((error: Error) => {
      this.parts.log.error({ error: error.message }, 'HAProxy cannot be detached or ended');
    });
    this.post({ kind: 'haproxy.released', pid: this.parts.haproxy.masterPid });
  }

  /** Detaches HAProxy. The next load balancer has to know a worker that was started during the stop. */
  private async letGo(): Promise<void> {
    const { haproxy, balancer } = this.parts;
    await haproxy.detach();
    if (haproxy.isUp()) await balancer.keepRestarted();
  }

  private async adopt(pid: number): Promise<void> {
    const { haproxy, balancer, requireListeners } = this.parts;
    await balancer.adopt(true);
    await requireListeners();
    await haproxy.adopt(pid);
    this.post({ kind: 'haproxy.adopted', pid });
  }

  private async read(): Promise<void> {
    const { readApps, requireListeners } = this.parts;
    try {
      await requireListeners();
    } catch (error) {
      return this.post({ kind: 'start.failed', why: errorText(error) });
    }
    try {
      this.apps = await readApps();
      this.post({ kind: 'apps.read' });
    } catch (error) {
      this.post({ kind: 'apps.unreachable', why: errorText(error) });
    }
  }

  private async startHaproxy(source: ConfigSource): Promise<void> {
    const { haproxy, balancer } = this.parts;
    const why = await this.startWith(source);
    const pid = haproxy.masterPid;
    if (pid === undefined) return this.post({ kind: 'haproxy.refused', source, why });
    this.post({ kind: 'haproxy.started', pid, source });
    if (source === 'current' && !balancer.adopting) this.post({ kind: 'apps.served' });
    balancer.noticeRestartSoon();
  }

  /** Starts HAProxy. Returns the reason when it does not run. */
  private async startWith(source: ConfigSource): Promise<string> {
    const { haproxy, balancer, requireListeners } = this.parts;
    if (source === 'current') {
      await balancer.update(this.apps).catch((error: Error) => error);
      return 'the apps cannot be served';
    }
    const first = this.parts.machine.read(({ phase }) => phase === 'starting');
    if (first) await requireListeners();
    const outcome = await haproxy.start(source === 'empty' ? balancer.files : undefined);
    if (!outcome.ok) return outcome.why;
    if (source === 'empty') await balancer.keepLoaded(balancer.files);
    else if (first) await balancer.adopt(false);
    return '';
  }

  private async probe(): Promise<void> {
    this.post({ kind: 'sockets.probed', ...(await this.parts.haproxy.probe()) });
  }
}
