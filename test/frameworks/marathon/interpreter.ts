/**
 * The commands of Marathon's scripts: Marathon on a virtual clock, with the master, its agents, users and probes played
 * by the script. Every effect is shown, in its order.
 *
 * Ids have short names, by the order in which they appear: `/web#1` is an instance and `/web#1.1` its first task, `D#1` a
 * deployment; a time is shown as seconds since the start, `@5`.
 */

import type * as mesos from '../../../cluster/api/generated/mesos';
import { VirtualClock } from '../../../cluster/runtime/clock';
import { Mailbox } from '../../../cluster/runtime/mailbox';
import { MemoryStore } from '../../../cluster/state/memory';
import type { StoreChange } from '../../../frameworks/kit/core/turn/effects';
import type { MarathonBoot } from '../../../frameworks/marathon/core/boot';
import type { MarathonEffect } from '../../../frameworks/marathon/core/state/effects';
import type {
  MarathonEvent,
  NewMarathonEvent,
  RootChange,
} from '../../../frameworks/marathon/core/state/events';
import { DEFAULT_SETTINGS, type MarathonSettings } from '../../../frameworks/marathon/core/state/settings';
import type { MarathonState } from '../../../frameworks/marathon/core/state/state';
import { marathonMachine } from '../../../frameworks/marathon/core/step';
import { keepingLogger } from '../../cluster/runtime/recorded-log';
import { type Interpreter, optionsOf } from '../../scripts/run';
import { app } from './fake-cluster';
import { offerOf } from './offers';
import { MarathonPrinter } from './printed';

const START = Date.parse('2030-01-01T00:00:00.000Z');
const HEALTH = { kind: 'health', index: 0 } as const;
const READINESS = { kind: 'readiness' } as const;

type Commands = Record<string, (words: readonly string[], options: Record<string, string>) => void>;

export class MarathonScript {
  private readonly clock = new VirtualClock(START);
  private readonly printer = new MarathonPrinter(START);
  private readonly disk = new MemoryStore();
  private readonly log = keepingLogger();
  private mailbox: Mailbox<MarathonState, MarathonEvent, MarathonEffect, MarathonBoot>;
  private settings: MarathonSettings = DEFAULT_SETTINGS;
  private out: string[] = [];
  private isHolding = false;
  private readonly held: { readonly ticket: number; readonly changes: readonly StoreChange[] }[] = [];
  private readonly probes = new Map<string, number>();
  private offers = 0;
  private requests = 0;
  private seed = 1;

  constructor() {
    this.mailbox = this.open([]);
  }

  readonly interpret: Interpreter = (words, line) => {
    this.out = [];
    const [command = '', ...rest] = words;
    const run = this.commands[command];
    if (!run) throw new Error(`no command ${command}`);
    // The rest of a line with JSON is one word.
    const json = line.slice(command.length).trim();
    run(json.startsWith('{') ? [json] : rest, optionsOf(rest));
    for (const { level, text } of this.log.lines.splice(0))
      if (level === 'warn' || level === 'error') this.out.push(`${level}: ${text}`);
    return this.out;
  };

  private open(
    stored: MarathonBoot['stored'],
  ): Mailbox<MarathonState, MarathonEvent, MarathonEffect, MarathonBoot> {
    const show = (effect: MarathonEffect): void =>
      void this.out.push(...this.printer.print(effect, this.mailbox.state));
    return new Mailbox({
      machine: marathonMachine,
      boot: { at: this.clock.now(), seed: this.seed++, settings: this.settings, stored },
      clock: this.clock,
      log: this.log,
      isStrict: true,
      onBroken: (error) => {
        throw error;
      },
      perform: {
        framework: show,
        call: show,
        publish: show,
        answer: show,
        resign: show,
        store: (effect) => {
          show(effect);
          this.held.push(effect);
          if (!this.isHolding) this.answerStores();
        },
        probe: (effect) => {
          show(effect);
          this.probes.set(`${effect.purpose.kind} ${effect.target}`, effect.probe);
        },
      },
    });
  }

  private post(event: NewMarathonEvent): void {
    this.mailbox.post(event);
  }

  private answerStores(): void {
    for (const { ticket, changes } of this.held.splice(0)) {
      const writes = changes.map(({ name, value }) => ({
        name,
        value: value === undefined ? undefined : Buffer.from(value),
      }));
      this.disk.commitNow(writes);
      this.post({ kind: 'stored', ticket });
    }
  }

  /** The process ends without a word, and another one starts from what is stored. */
  private crash(): void {
    void this.mailbox.stop();
    this.held.length = 0;
    this.isHolding = false;
    const stored = this.disk.fetchAllNow('marathon/');
    this.mailbox = this.open(stored.map(({ name, value }) => ({ name, text: value.toString() })));
    this.post({ kind: 'started' });
  }

  private change(change: RootChange, force: boolean): void {
    this.post({ kind: 'api.change', request: this.requests++, change, force, group: '/' });
  }

  private probed(name: string, purpose: typeof HEALTH | typeof READINESS, words: readonly string[]): void {
    const target = this.printer.idOf(name);
    const probe = this.probes.get(`${purpose.kind} ${target}`);
    if (probe === undefined) throw new Error(`nothing probes ${name}`);
    const [result = '', body = ''] = words;
    const response = /^\d+$/.test(result)
      ? { status: Number(result), contentType: 'text/plain', body }
      : undefined;
    const isOk = result === 'ok' || result === '200';
    this.post({
      kind: 'probed',
      probe,
      target,
      purpose,
      result: isOk ? { ok: true, response } : { ok: false, cause: result, response },
    });
  }

  private readonly commands: Commands = {
    settings: ([json = '{}']) => {
      this.settings = { ...DEFAULT_SETTINGS, ...(JSON.parse(json) as Partial<MarathonSettings>) };
      this.mailbox = this.open([]);
    },
    start: () => this.post({ kind: 'started' }),
    subscribed: ([frameworkId = 'F1']) =>
      this.post({ kind: 'scheduler.subscribed', frameworkId, master: 'http://m:5050' }),
    disconnected: () => this.post({ kind: 'scheduler.disconnected', reason: 'the connection broke' }),
    error: (words) => this.post({ kind: 'scheduler.error', message: words.join(' ') }),
    put: ([json = '{}']) => this.change({ put: [app(JSON.parse(json) as Record<string, unknown>)] }, false),
    'put-by-force': ([json = '{}']) =>
      this.change({ put: [app(JSON.parse(json) as Record<string, unknown>)] }, true),
    remove: ([id = '']) => this.change({ remove: [id] }, false),
    restart: ([id = '']) => this.change({ restart: [id] }, false),
    offer: ([agent = ''], options) => {
      const id = `O${++this.offers}`;
      this.post({ kind: 'scheduler.offers', offers: [offerOf(id, agent, options)] });
    },
    rescind: ([offerId = '']) => this.post({ kind: 'scheduler.rescind', offerId }),
    status: ([name = '', state = ''], options) => {
      const taskId = this.printer.idOf(name);
      const instance = this.mailbox.state.instances.get(this.mailbox.state.byTask.get(taskId) ?? '');
      const agentId = options['agent'] ?? instance?.agent?.agentId;
      const status: mesos.TaskStatus = {
        task_id: { value: taskId },
        state: state as mesos.TaskState,
        ...(agentId !== undefined && { agent_id: { value: agentId } }),
        ...(options['uuid'] !== 'none' && { uuid: 'AAAAAAAAQACAAAAAAAAAAA==' }),
        ...(options['reason'] !== undefined && { reason: options['reason'] as mesos.TaskStatus.Reason }),
        ...(options['healthy'] !== undefined && { healthy: options['healthy'] === 'true' }),
        ...(options['message'] !== undefined && { message: options['message'] }),
      };
      this.post({ kind: 'scheduler.update', status });
    },
    kill: ([name = '', ...how]) => {
      const flags = {
        scale: how.includes('scale'),
        wipe: how.includes('wipe'),
        force: how.includes('force'),
      };
      this.post({ kind: 'api.kill', request: this.requests++, taskIds: [this.printer.idOf(name)], ...flags });
    },
    cancel: ([name = '', how]) =>
      this.post({
        kind: 'api.cancel',
        request: this.requests++,
        deployment: this.printer.idOf(name),
        force: how === 'force',
      }),
    'reset-delay': ([id = '']) => this.post({ kind: 'api.reset-delay', request: this.requests++, app: id }),
    health: ([name = '', ...result]) => this.probed(name, HEALTH, result),
    readiness: ([name = '', ...result]) => this.probed(name, READINESS, result),
    advance: ([seconds = '0']) => this.clock.advance(Number(seconds) * 1000),
    hold: () => {
      this.isHolding = true;
    },
    stored: () => {
      this.isHolding = false;
      this.answerStores();
    },
    'store-fails': ([...reason]) => {
      for (const { ticket } of this.held.splice(0))
        this.post({ kind: 'store.failed', ticket, reason: reason.join(' ') });
    },
    crash: () => this.crash(),
    instances: () => this.out.push(...this.printer.instances(this.mailbox.state)),
    deployments: () => this.out.push(...this.printer.deployments(this.mailbox.state)),
    queue: () => this.out.push(...this.printer.queue(this.mailbox.state, this.clock.now())),
  };
}
