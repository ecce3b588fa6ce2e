/**
 * Performs the steps of a refresh (`core/refresh/steps.ts`): each effect is done and answered by its event.
 *
 * Always true: a step that throws is answered by `refresh.failed`. An effect that nobody waits for is logged instead: the
 * job that it came from may have gone on to a step that is still at work, or be over.
 */

import { createHash } from 'node:crypto';
import { errorText } from '../../cluster/model/error-text';
import type { Logger } from '../../cluster/runtime/log';
import type { LbInput } from '../core/events';
import type { ConfigName, Fault, Outcome, RefreshEffect } from '../core/refresh/refresh';
import {
  changesBeforeReload,
  readBinds,
  readRunningServers,
  runningFiles,
  structureOf,
} from '../core/reload/adoption';
import { type Capabilities, type Command, type Decision, decide } from '../core/reload/decide-reload';
import { serverPath } from '../core/reload/print-command';
import type { ReloadEffect } from '../core/reload/reload-policy';
import type { ConfigFiles } from '../core/render/render';
import type { ModelOptions } from '../core/services/options';
import { findUnbindable } from './bind-check';
import { type CheckedConfig, checkConfig } from './config-check';
import { ConfigErrors, listenersNamed } from './config-errors';
import type { Configurations } from './configurations';
import type { Handover } from './handover';
import type { Haproxy } from './haproxy';
import type { IssueLog } from './issue-log';
import type { LbMachine, RefreshPerformers } from './machine';
import type { Resolver } from './resolver';
import type { RunningBinds } from './running-binds';
import type { RuntimeApi } from './runtime-api';

export interface RefreshDeps {
  readonly options: ModelOptions;
  readonly configs: Configurations;
  readonly binds: RunningBinds;
  readonly issues: IssueLog;
  readonly haproxy: Haproxy;
  readonly runtime: RuntimeApi;
  readonly capabilities: Capabilities;
  readonly handover: Handover;
  readonly resolver: Resolver;
  readonly machine: LbMachine;
  readonly log: Logger;
  readonly skipValidation: boolean;
  /** Called before a worker is replaced. */
  readonly workerEnds?: (() => Promise<void>) | undefined;
  /** Called when a job is over; `error`: what a step threw; `ms`: its duration. */
  readonly onAnswer: (
    answer: Extract<RefreshEffect, { kind: 'answer' }>,
    error: Error | undefined,
    ms: number,
  ) => void;
}

/** Effects without an answer. */
const UNANSWERED: ReadonlySet<RefreshEffect['kind']> = new Set([
  'forget-removed',
  'take-over',
  'serve',
  'report',
  'keep-weights',
  'answer',
]);

type Effect<K extends RefreshEffect['kind']> = Extract<RefreshEffect, { kind: K }>;
type AnySteps = { readonly [K in RefreshEffect['kind']]: (effect: Effect<K>) => void | Promise<void> };

export class RefreshSteps {
  private readonly configErrors: ConfigErrors;
  private decision: Decision = { kind: 'nothing', reason: '' };
  private lastCheck: CheckedConfig | undefined;
  private error: Error | undefined;
  private began = 0;

  constructor(private readonly parts: RefreshDeps) {
    const { options, haproxy, configs } = parts;
    this.configErrors = new ConfigErrors({ options, haproxy, render: configs.render });
  }

  /** One performer for each effect; what it throws becomes an event. */
  performers(): RefreshPerformers {
    const guarded = Object.entries(this.steps()).map(([kind, step]) => {
      const perform = step as (effect: RefreshEffect) => void | Promise<void>;
      return [kind, (effect: RefreshEffect) => void this.attempt(perform, effect)] as const;
    });
    return { ...(Object.fromEntries(guarded) as unknown as RefreshPerformers), ...this.policyPerformers() };
  }

  /** A step without a wait is over when this returns. */
  private attempt(perform: (effect: RefreshEffect) => void | Promise<void>, effect: RefreshEffect): void {
    const failed = (error: unknown): void => {
      if (UNANSWERED.has(effect.kind)) {
        this.parts.log.error({ effect: effect.kind, why: errorText(error) }, 'a step of a refresh failed');
        return;
      }
      this.error = error instanceof Error ? error : new Error(String(error));
      this.post({ kind: 'refresh.failed', why: errorText(error) });
    };
    try {
      const work = perform(effect);
      if (work instanceof Promise) work.catch(failed);
    } catch (error) {
      failed(error);
    }
  }

  private post(event: LbInput): void {
    this.parts.machine.post(event);
  }

  private steps(): AnySteps {
    const { configs, handover, haproxy, runtime, issues } = this.parts;
    return {
      notice: ({ restarts: before }) => {
        this.began = performance.now();
        const { restarts, startedWith } = haproxy;
        const same = restarts !== before && startedWith === configs.running.config;
        this.post({ kind: 'haproxy.noticed', restarts, same });
      },
      'keep-loaded': async () => {
        await this.keepLoaded(configs.running);
        this.post({ kind: 'loaded.kept' });
      },
      'forget-removed': () => runtime.forget(),
      resolve: ({ apps }) => this.resolve(apps),
      'try-templates': ({ refused }) => this.tryTemplates(new Map(refused)),
      'try-binds': () => this.tryBinds(),
      'read-servers': () => this.readServers(),
      'take-over': () => this.takeOver(),
      'catch-up': () => this.catchUp(),
      compare: ({ config }) => this.compare(config),
      command: () => this.command(),
      write: ({ config }) => {
        const ok = haproxy.write(configs.get(config).files);
        this.post({ kind: 'files.written', ok });
      },
      serve: ({ config }) => this.serve(config),
      judge: ({ commandsFailed }) => {
        const lingers = this.parts.machine.read(({ reload }) => reload.boot.lingerMs > 0);
        const retiring = !commandsFailed && lingers && configs.onlyRetires();
        this.post({ kind: 'structure.differs', retiring, commandsFailed });
      },
      check: (effect) => this.check(effect),
      'find-faults': (effect) => this.findFaults(effect),
      report: ({ config }) => issues.report([...configs.store.issues(), ...configs.get(config).model.issues]),
      reload: (effect) => this.reload(effect),
      'keep-weights': ({ weights }) => handover.keep({ weights }),
      answer: (answer) => {
        const error = answer.failed ? this.error : undefined;
        this.error = undefined;
        this.parts.onAnswer(answer, error, performance.now() - this.began);
      },
    };
  }

  private policyPerformers(): Pick<RefreshPerformers, ReloadEffect['kind']> {
    const { haproxy, runtime, machine } = this.parts;
    /** Old workers that still have connections, and whether a session has lasted for the linger time. */
    const look = async (sessions: boolean): Promise<void> => {
      const old = (await haproxy.oldWorkers.list()).length;
      const lingerMs = machine.read(({ reload }) => reload.boot.lingerMs);
      const long = sessions && old === 0 && (await runtime.hasLong(lingerMs).catch(() => false));
      this.post({ kind: 'workers.looked', old, long });
    };
    return {
      look: ({ sessions }) => {
        look(sessions).catch((error: unknown) => {
          this.parts.log.error({ why: errorText(error) }, 'old workers of HAProxy could not be looked for');
          this.post({ kind: 'workers.looked', old: 0, long: false });
        });
      },
      'await-worker': ({ limitMs }) => {
        const gone = (): void => this.post({ kind: 'worker.gone' });
        haproxy.oldWorkers.gone(limitMs).then(gone, gone);
      },
    };
  }

  private async resolve(refusedApps: readonly string[]): Promise<void> {
    const { configs, resolver, machine } = this.parts;
    const apps = configs.takeApps();
    const addresses = await resolver.resolve(apps);
    const { refresh, drains } = machine.read((state) => state);
    const drained = new Set(drains.drained.keys());
    configs.takeFacts({ addresses, drained, weights: refresh.weights });
    const versions = configs.versionsOf(refusedApps);
    this.post({ kind: 'addresses.resolved', failing: resolver.failing, versions });
  }

  private async tryTemplates(refused: ReadonlyMap<string, string>): Promise<void> {
    const { configs } = this.parts;
    configs.context = await this.configErrors.allowTemplates(configs.apps, { ...configs.context, refused });
    this.post({ kind: 'templates.tried' });
  }

  /** Tries to bind the addresses that HAProxy does not have yet; those that fail are left out of the model. */
  private async tryBinds(): Promise<void> {
    const { configs, binds, log } = this.parts;
    const wanted = configs.modelWith({});
    const fresh = wanted.frontends.flatMap(({ bind, bindAddress }) =>
      bind === undefined || !bindAddress || binds.has(bind) || binds.collidesWith(bindAddress)
        ? []
        : [bindAddress],
    );
    const unbindable = fresh.length === 0 ? new Map<string, string>() : await findUnbindable(fresh);
    for (const [address, why] of unbindable)
      log.debug({ address, why }, 'an address cannot be bound; it gets no listener');
    if (unbindable.size > 0) configs.context = { ...configs.context, unbindable };
    configs.put('wanted', unbindable.size > 0 ? configs.modelWith({}) : wanted);
    this.post({ kind: 'binds.tried', unbindable: unbindable.size });
  }

  private async readServers(): Promise<void> {
    const { configs, runtime } = this.parts;
    let why: string | undefined;
    try {
      configs.adoptedServers = readRunningServers(await runtime.ask('show servers state'));
    } catch (error) {
      why = errorText(error);
    }
    const structure = why === undefined ? structureHash(configs.get('wanted').files) : '';
    this.post({ kind: 'servers.read', structure, why });
  }

  private takeOver(): void {
    const { configs, runtime } = this.parts;
    const adopted = { config: configs.running.config, servers: configs.adoptedServers };
    const { files, leaving } = runningFiles(configs.get('wanted').files, adopted);
    configs.running = files;
    runtime.adoptLeaving(leaving);
  }

  private async catchUp(): Promise<void> {
    const { configs, runtime, capabilities } = this.parts;
    const adopted = { config: configs.running.config, servers: configs.adoptedServers };
    for (const commands of changesBeforeReload(configs.get('wanted').files, adopted, capabilities))
      await runtime.perform(commands);
    this.post({ kind: 'commanded', commands: 0, outcome: { ok: true } });
  }

  private compare(name: ConfigName): void {
    const { configs, capabilities } = this.parts;
    const { files } = name === 'kept' ? configs.makeKept() : configs.get(name);
    this.decision = decide(configs.running, files, capabilities);
    const { kind, reason } = this.decision;
    this.post({ kind: 'compared', decision: kind, reason });
  }

  private async command(): Promise<void> {
    const { runtime, haproxy } = this.parts;
    const commands = this.decision.kind === 'commands' ? this.decision.commands : [];
    const outcome = await runtime.perform(commands);
    if (outcome.ok) await haproxy.oldWorkers.takeOut(leaving(commands));
    this.post({ kind: 'commanded', commands: commands.length, outcome });
  }

  private serve(name: ConfigName): void {
    const { configs, binds, issues } = this.parts;
    const { model } = configs.serve(name);
    binds.set(model.frontends.flatMap(({ bind }) => bind ?? []));
    issues.report([...configs.store.issues(), ...model.issues]);
  }

  private async check({ refused, alone, lately }: Effect<'check'>): Promise<void> {
    const { configs, skipValidation, options, haproxy } = this.parts;
    const context = { ...configs.context, refused: new Map(refused) };
    const whole = configs.put('checked', configs.modelWith({ refused: context.refused }));
    const { config } = whole.files;
    const hash = lately === undefined ? '' : textHash(config);
    const skip =
      skipValidation || config === configs.running.config || (lately !== undefined && lately === hash);
    const served = alone ? { model: configs.model, files: configs.running } : undefined;
    const deps = { options, render: configs.render, haproxy };
    this.lastCheck = skip
      ? { ...whole, outcome: { ok: true } }
      : await checkConfig(deps, { whole, apps: configs.apps, context, served });
    const { outcome } = this.lastCheck;
    this.post({ kind: 'config.checked', outcome, config: outcome.ok ? hash : hash || textHash(config) });
  }

  private async findFaults({ why, refused }: Effect<'find-faults'>): Promise<void> {
    const { configs } = this.parts;
    const { model, files } = this.lastCheck ?? configs.get('checked');
    const { apps, context } = configs;
    const refusals = await this.configErrors.find(why, {
      model,
      files,
      apps,
      context,
      refused: new Map(refused),
    });
    this.post({ kind: 'faults.found', faults: configs.faultsOf(refusals) });
  }

  private async reload({ config: name, reason: given }: Effect<'reload'>): Promise<void> {
    const { configs, haproxy, workerEnds } = this.parts;
    const { model, files } = configs.get(name);
    const reason = given ?? decide(configs.running, files, { servers: false, maps: false }).reason;
    // The old worker's counters are read during the reload: it finishes the commands it has begun.
    const counted = workerEnds?.();
    const outcome = await haproxy.reload(files);
    await counted;
    if (outcome.ok) {
      configs.running = files;
      await this.keepLoaded(files);
    }
    const config = outcome.ok ? '' : textHash(files.config);
    const faults = outcome.ok ? [] : this.faultsNamed(outcome, model);
    this.post({ kind: 'haproxy.reloaded', outcome, config, reason, faults });
  }

  private faultsNamed(outcome: Outcome, model: Parameters<typeof listenersNamed>[1]): Fault[] {
    return outcome.ok ? [] : this.parts.configs.faultsOf(listenersNamed(outcome.why, model));
  }

  /** Records the loaded configuration for the next load balancer. An adopted one has no blocks, so its hash is unknown. */
  async keepLoaded(files: ConfigFiles): Promise<void> {
    const { haproxy, handover } = this.parts;
    const worker = await haproxy.worker();
    if (files.blocks.length === 0) return this.post({ kind: 'structure.adopted', structure: '' });
    if (worker === undefined) return;
    const { worker: pid, since } = worker;
    handover.keep({
      loaded: { worker: pid, since, structure: structureHash(files), binds: [...readBinds(files.config)] },
    });
  }
}

/** Servers that these commands remove or drain, as `backend/server`. */
function leaving(commands: readonly Command[]): string[] {
  return commands.flatMap((command) =>
    command.kind === 'remove' || (command.kind === 'drain' && command.disabled) ? [serverPath(command)] : [],
  );
}

/** Hash of the structure of a configuration. */
function structureHash(files: ConfigFiles): string {
  return textHash(structureOf(files));
}

function textHash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
