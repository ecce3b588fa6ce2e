/**
 * How Marathon's scripts print what comes out: calls, stored variables, events for the stream, answers, probes.
 */

import type * as scheduler from '../../../cluster/api/generated/scheduler';
import { printResources, readResources } from '../../../cluster/model/resources';
import type { BusEvent } from '../../../frameworks/marathon/api/events';
import { deadlineOf } from '../../../frameworks/marathon/core/launch/backoff';
import type { Answer, MarathonEffect } from '../../../frameworks/marathon/core/state/effects';
import type { MarathonState } from '../../../frameworks/marathon/core/state/state';

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const INSTANCE = new RegExp(`([\\w-]+)\\.instance-(${UUID})(?:\\._app\\.(\\d+))?`, 'g');
const DEPLOYMENT = new RegExp(UUID, 'g');
const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g;

/** The members of an event that a script shows, beside those that all events have. */
const SHOWN: Readonly<Record<string, readonly string[]>> = {
  status_update_event: ['taskId', 'taskStatus', 'message'],
  instance_changed_event: ['instanceId', 'condition'],
  instance_health_changed_event: ['instanceId', 'healthy'],
  health_status_changed_event: ['instanceId', 'alive'],
  unhealthy_instance_kill_event: ['instanceId', 'reason'],
  unknown_instance_kill_event: ['taskId', 'taskStatus'],
  unknown_instance_terminated_event: ['instanceId', 'condition'],
  failed_health_check_event: ['taskId'],
  deployment_success: ['id'],
  deployment_failed: ['id'],
  group_change_success: ['groupId'],
  group_change_failed: ['groupId', 'reason'],
  app_terminated_event: ['appId'],
  scheduler_registered_event: ['frameworkId'],
};

export class MarathonPrinter {
  /** Short names by id, and ids by short name. */
  private readonly names = new Map<string, string>();
  private readonly ids = new Map<string, string>();
  private readonly counts = new Map<string, number>();

  constructor(private readonly startedAt: number) {}

  /** The id behind a short name; other words are ids already. */
  idOf(name: string): string {
    const [, instance = name, incarnation] = /^(.*#\d+)(?:\.(\d+))?$/.exec(name) ?? [];
    const id = this.ids.get(instance);
    if (id === undefined) return name;
    return incarnation === undefined ? id : `${id}._app.${incarnation}`;
  }

  print(effect: MarathonEffect, state: MarathonState): string[] {
    switch (effect.kind) {
      case 'framework':
        return this.lines(`framework ${effect.info.id?.value ?? 'new'}`);
      case 'call':
        return this.lines(...printCall(effect.call, state));
      case 'store':
        return this.lines(
          ...effect.changes.map(({ name, value }) => `${value ? 'store' : 'remove'} ${name}`),
        );
      case 'publish':
        return this.lines(`event ${printEvent(effect.event)}`);
      case 'answer':
        return this.lines(`answer ${printAnswer(effect.answer)}`);
      case 'probe': {
        const { protocol, host, port, path } = effect.check;
        return this.lines(`probe ${effect.purpose.kind} ${effect.target} ${protocol} ${host}:${port}${path}`);
      }
      case 'resign':
        return this.lines(`resign: ${effect.reason}`);
      default:
        return [];
    }
  }

  instances({ instances, health }: MarathonState): string[] {
    const lines = [...instances.values()].map((instance) => {
      const { id, goal, condition, agent, task } = instance;
      const healthy = health.get(id)?.healthy;
      return [
        task?.id ?? id,
        condition,
        ...(goal === 'Running' ? [] : ['is to end']),
        ...(agent ? [`on ${agent.agentId}`] : []),
        ...(task && task.hostPorts.length > 0 ? [`ports ${task.hostPorts.join(',')}`] : []),
        ...(healthy === undefined ? [] : [healthy ? 'healthy' : 'unhealthy']),
      ].join(' ');
    });
    return this.lines(...lines);
  }

  deployments({ deployments }: MarathonState): string[] {
    return this.lines(
      ...[...deployments.values()].map(({ id, steps, done }) => {
        const shown = steps.map(({ actions }, index) => {
          const text = actions.map(({ action, app }) => `${action} ${app}`).join(' ');
          return index < done ? `(${text})` : text;
        });
        return `${id}: ${shown.join(', ')}`;
      }),
    );
  }

  queue(state: MarathonState, now: number): string[] {
    return this.lines(
      ...[...state.waiting].map(([id, waiting]) => {
        const app = state.apps.get(id);
        const leftMs = app ? (deadlineOf(state, app) ?? now) - now : 0;
        const declined = [...(state.queue.get(id)?.declined ?? [])].map(
          ([reason, count]) => ` ${reason}=${count}`,
        );
        const delay = leftMs > 0 ? ` in ${leftMs / 1000} s` : '';
        return `${id}: ${waiting.size} to launch${delay}${declined.join('')}`;
      }),
    );
  }

  private lines(...texts: readonly string[]): string[] {
    return texts.map((text) => this.shorten(text));
  }

  /** A text with the ids behind its short names. */
  withIds(text: string): string {
    return text
      .replace(/[\w-]+#\d+(\.\d+)?/g, (name) => this.idOf(name))
      .replace(/@(\d+(\.\d+)?)/g, (_whole, seconds: string) =>
        new Date(this.startedAt + Math.round(Number(seconds) * 1000)).toISOString(),
      );
  }

  /** A text with short names for its ids and times. */
  shorten(text: string): string {
    return text
      .replace(INSTANCE, (_whole, app: string, uuid: string, incarnation?: string) => {
        const name = this.nameOf(`${app}.instance-${uuid}`, app);
        return incarnation === undefined ? name : `${name}.${incarnation}`;
      })
      .replace(DEPLOYMENT, (id) => this.nameOf(id, 'D'))
      .replace(TIME, (time) => `@${(Date.parse(time) - this.startedAt) / 1000}`);
  }

  private nameOf(id: string, kind: string): string {
    const existing = this.names.get(id);
    if (existing !== undefined) return existing;
    const count = (this.counts.get(kind) ?? 0) + 1;
    const name = `${kind}#${count}`;
    this.counts.set(kind, count);
    this.names.set(id, name);
    this.ids.set(name, id);
    return name;
  }
}

function printCall(call: scheduler.Call, { instances }: MarathonState): string[] {
  const type = call.type ?? '';
  switch (call.type) {
    case 'ACCEPT': {
      const { offer_ids = [], operations = [] } = call.accept ?? {};
      const tasks = operations.flatMap(({ launch }) => launch?.task_infos ?? []);
      const offers = offer_ids.map(({ value }) => value).join(' ');
      return tasks.map(
        ({ task_id, agent_id, resources }) =>
          `call ${type} ${offers}: ${task_id.value} on ${agent_id.value} with ${printResources(readResources(resources))}`,
      );
    }
    case 'DECLINE': {
      const { offer_ids = [], filters } = call.decline ?? {};
      return [
        `call ${type} ${offer_ids.map(({ value }) => value).join(' ')} for ${filters?.refuse_seconds} s`,
      ];
    }
    case 'KILL':
      return [
        `call ${type} ${call.kill?.task_id.value}${call.kill?.agent_id ? ` on ${call.kill.agent_id.value}` : ''}`,
      ];
    case 'ACKNOWLEDGE':
      return [`call ${type} ${call.acknowledge?.task_id.value}`];
    case 'RECONCILE': {
      const tasks = (call.reconcile?.tasks ?? []).map(({ task_id }) => task_id.value);
      return [`call ${type} ${tasks.join(' ') || `all tasks (${instances.size} instances)`}`];
    }
    default:
      return [`call ${type}`];
  }
}

function printEvent(event: BusEvent): string {
  const members = (SHOWN[event.eventType] ?? []).map((name) => String(event[name] ?? ''));
  const steps = event.eventType === 'deployment_info' ? currentStep(event) : [];
  return [event.eventType, ...members, ...steps].filter((word) => word !== '').join(' ');
}

function currentStep(event: BusEvent): string[] {
  const { actions = [] } = event['currentStep'] as { actions?: { action: string; app: string }[] };
  return actions.map(({ action, app }) => `${action} ${app}`);
}

function printAnswer(answer: Answer): string {
  if ('refusal' in answer) {
    const { code, ...rest } = answer.refusal;
    return `refused: ${code} ${Object.values(rest)
      .map((value) => (typeof value === 'string' ? value : JSON.stringify(value)))
      .join(' ')}`;
  }
  if ('deployment' in answer) return `deployment ${answer.deployment}`;
  if ('killed' in answer) return `killed ${answer.killed.join(' ')}`;
  return 'ok';
}
