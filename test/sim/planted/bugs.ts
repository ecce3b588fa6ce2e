/**
 * The bugs that the simulation has to find: each a mistake that somebody could make in a core, with the scenario that is
 * about it and the words by which it is found.
 */

import type { AgentEffect } from '../../../cluster/agent/core/state/effects';
import type { CheckpointChange } from '../../../cluster/agent/core/state/entries';
import type { AgentEvent } from '../../../cluster/agent/core/state/events';
import { type AgentState, taskKey } from '../../../cluster/agent/core/state/state';
import type * as mesos from '../../../cluster/api/generated/mesos';
import type { MasterEffect } from '../../../cluster/master/core/state/effects';
import type { MasterEvent } from '../../../cluster/master/core/state/events';
import type { MasterState } from '../../../cluster/master/core/state/state';
import type { Stamped } from '../../../cluster/model/event';
import { commandExecutorOf } from '../../../cluster/model/ids';
import { jobNameOf } from '../../../frameworks/chronos/core/runs/run';
import type { ChronosEffect } from '../../../frameworks/chronos/core/state/effects';
import type { ChronosEvents } from '../../../frameworks/chronos/core/state/events';
import { addReady, type ChronosState } from '../../../frameworks/chronos/core/state/state';
import type { App } from '../../../frameworks/marathon/api/app';
import type { MarathonEffect } from '../../../frameworks/marathon/core/state/effects';
import type { MarathonEvent } from '../../../frameworks/marathon/core/state/events';
import type { MarathonState } from '../../../frameworks/marathon/core/state/state';
import { DEPLOYMENT_PREFIX } from '../../../frameworks/marathon/core/state/storage';
import { numberedUuid } from '../../cluster/numbered-uuid';
import { instanceOf } from '../checkers/marathon-promises';
import { MACHINES, type Machines } from '../machines';
import { breakTheAgent } from '../scenarios/agent-alone';
import { playYears } from '../scenarios/chronos-years';
import { playDays } from '../scenarios/marathon-days';
import { breakEverything, cutAnAgentOff, loseAnAgent, scaleUpAndDown } from '../scenarios/one-app';
import { operate } from '../scenarios/operators';
import { type Bug, withBug } from './plant';

export interface PlantedBug {
  readonly machines: Machines;
  readonly scenario: (seed: number, machines: Machines) => unknown;
  /** What the failure says. */
  readonly symptom: RegExp;
}

const NOT_SETTLED = /did not come true within/;

const inMaster = (bug: Bug<MasterState, MasterEvent, MasterEffect>): Machines => ({
  ...MACHINES,
  master: withBug(MACHINES.master, bug),
});
const inAgent = (bug: Bug<AgentState, AgentEvent, AgentEffect>): Machines => ({
  ...MACHINES,
  agent: withBug(MACHINES.agent, bug),
});
const inMarathon = (bug: Bug<MarathonState, MarathonEvent, MarathonEffect>): Machines => ({
  ...MACHINES,
  marathon: withBug(MACHINES.marathon, bug),
});

/** Takes effects out of the outbox that wait for a store. */
function released(
  outbox: MarathonState['outbox'],
  isEarly: (effect: MarathonEffect) => boolean,
): MarathonEffect[] {
  const early = [...outbox.held, ...outbox.heldNext].filter(isEarly);
  outbox.held = outbox.held.filter((effect) => !isEarly(effect));
  outbox.heldNext = outbox.heldNext.filter((effect) => !isEarly(effect));
  return early;
}

/** An ACCEPT with other operations. */
function accepting(
  effect: MarathonEffect,
  change: (operation: mesos.Offer.Operation) => readonly mesos.Offer.Operation[],
): MarathonEffect {
  if (effect.kind !== 'call' || !effect.call.accept) return effect;
  const operations = (effect.call.accept.operations ?? []).flatMap(change);
  return { ...effect, call: { ...effect.call, accept: { ...effect.call.accept, operations } } };
}

/** A launch of tasks of apps that leaves their persistent volumes out. */
function withoutVolumes(effect: MarathonEffect): MarathonEffect {
  return accepting(effect, (operation) => [
    !operation.launch
      ? operation
      : {
          ...operation,
          launch: {
            task_infos: (operation.launch.task_infos ?? []).map((info) => ({
              ...info,
              resources: (info.resources ?? []).filter(({ disk }) => disk?.persistence === undefined),
            })),
          },
        },
  ]);
}

function withoutRelease(effect: MarathonEffect): MarathonEffect {
  return accepting(effect, (operation) =>
    operation.type === 'DESTROY' || operation.type === 'UNRESERVE' ? [] : [operation],
  );
}

/** Events of others than users find the apps changed. */
function seeingApps(change: (app: App) => App): Bug<MarathonState, MarathonEvent, MarathonEffect> {
  const originals = new Map<App, App>();
  return {
    before: (event, { apps }) => {
      originals.clear();
      for (const [id, app] of event.kind.startsWith('api.') ? [] : apps) {
        const changed = change(app);
        originals.set(changed, app);
        apps.set(id, changed);
      }
      return event;
    },
    after: (effects, _event, { apps }) => {
      for (const [id, app] of apps) apps.set(id, originals.get(app) ?? app);
      return effects;
    },
  };
}

/** Swallows the events of timers whose name begins with the word. */
function withoutTimer<Event extends { readonly kind: string }>(word: string) {
  return (event: Event): Event | undefined => {
    const { kind, timer = '' } = event as unknown as { kind: string; timer?: string };
    return kind === 'woke' && timer.startsWith(word) ? undefined : event;
  };
}

const firstStreams = new WeakMap<MasterState, string>();

const inChronos = (bug: Bug<ChronosState, Stamped<ChronosEvents>, ChronosEffect>): Machines => ({
  ...MACHINES,
  chronos: withBug(MACHINES.chronos, bug),
});
const someHours = (seed: number, machines: Machines): unknown => playDays(seed, 1, machines);
const oneYear = (seed: number, machines: Machines): unknown => playYears(seed, 1, machines);

export const PLANTED: Readonly<Record<string, PlantedBug>> = {
  'master: what is declined comes back with all that is used beside it': {
    machines: inMaster({
      after: (effects, event, { allocator }) => {
        const isDecline = event.kind === 'scheduler.call' && event.call.type === 'DECLINE';
        for (const agent of isDecline ? allocator.agents.values() : []) agent.free = agent.total;
        return effects;
      },
    }),
    scenario: breakEverything,
    symptom: /is free or given out/,
  },
  'master: an operator is answered before the registry is stored': {
    machines: inMaster({
      after: (effects, event) => {
        if (event.kind !== 'operator.call' || effects.some(({ kind }) => kind === 'answer')) return effects;
        return [...effects, { kind: 'answer', request: event.request, status: 200 }];
      },
    }),
    scenario: operate,
    symptom: /is not (deactivated|gone) any more|is undefined, not|is D\w+, not/,
  },
  'master: agents that answer no pings are kept for ever': {
    machines: inMaster({ before: withoutTimer('ping') }),
    scenario: cutAnAgentOff,
    symptom: NOT_SETTLED,
  },
  'master: events of a framework go to the connection that it had first': {
    machines: inMaster({
      after: (effects, _event, state) =>
        effects.map((effect) => {
          if (effect.kind !== 'event') return effect;
          const stream = firstStreams.get(state) ?? effect.stream;
          firstStreams.set(state, stream);
          return { ...effect, stream };
        }),
    }),
    scenario: breakEverything,
    symptom: NOT_SETTLED,
  },
  'agent: an update is sent once': {
    machines: inAgent({ before: withoutTimer('update') }),
    scenario: scaleUpAndDown,
    symptom: NOT_SETTLED,
  },
  'agent: any acknowledgement of a task counts for its first update': {
    machines: inAgent({
      before: (event, { streams }) => {
        if (event.kind !== 'master.acknowledge') return event;
        const { framework_id, task_id } = event.message;
        const [first] = streams.get(taskKey(framework_id.value, task_id.value))?.pending ?? [];
        return { ...event, message: { ...event.message, uuid: first?.uuid ?? event.message.uuid } };
      },
    }),
    scenario: scaleUpAndDown,
    symptom: /the update TASK_\w+ of \S+ is lost/,
  },
  'agent: a kill is reported and not carried out': {
    machines: inAgent({
      before: (event, state) => {
        if (event.kind !== 'master.killTask') return event;
        const { framework_id, task_id } = event.message;
        const { frameworks, streams } = state;
        const executor = frameworks.get(framework_id.value)?.executors.get(task_id.value);
        if (!executor?.tasks.has(task_id.value)) return event;
        const status = { task_id, state: 'TASK_KILLED', uuid: numberedUuid(1000 + streams.size) } as const;
        const ids = { framework_id, executor_id: { value: commandExecutorOf(task_id.value) } };
        const call = { ...ids, type: 'UPDATE', update: { status } } as const;
        return { kind: 'executor.call', at: event.at, request: -1, call };
      },
    }),
    scenario: scaleUpAndDown,
    symptom: NOT_SETTLED,
  },
  'agent: who registers again does not name its tasks': {
    machines: inAgent({
      after: (effects) =>
        effects.map((effect) =>
          effect.kind === 'send' && effect.name === 'mesos.internal.ReregisterSlaveMessage'
            ? { ...effect, message: { ...effect.message, tasks: [], executor_infos: [] } }
            : effect,
        ),
    }),
    scenario: breakEverything,
    symptom: NOT_SETTLED,
  },
  'agent: executors are answered before their updates are on disk': {
    machines: inAgent({
      after: (effects, _event, { commits }) => {
        const isAnswer = ({ effect }: { readonly effect: AgentEffect }): boolean =>
          effect.kind === 'event' && effect.event.type === 'ACKNOWLEDGED';
        const early = commits.outbox.filter(isAnswer).map(({ effect }) => effect);
        commits.outbox = commits.outbox.filter((waiting) => !isAnswer(waiting));
        return [...effects, ...early];
      },
    }),
    scenario: breakTheAgent,
    symptom: /the end of t\d+ is TASK_\w+, and its executor told/,
  },
  'agent: acknowledgements of frameworks are not kept': {
    machines: inAgent({
      after: (effects) =>
        effects.map((effect) => {
          if (effect.kind !== 'checkpoint') return effect;
          const isKept = ({ entry, value }: CheckpointChange): boolean =>
            entry !== 'update' || value === undefined || !('type' in value) || value.type !== 'ACK';
          return { ...effect, changes: effect.changes.filter(isKept) };
        }),
    }),
    scenario: breakTheAgent,
    symptom: /is on disk as one that is not acknowledged|after its end was acknowledged/,
  },
  'Marathon: launches go out before they are stored': {
    machines: inMarathon({
      after: (effects, _event, { outbox }) => [
        ...effects,
        ...released(outbox, (effect) => effect.kind === 'call' && effect.call.type === 'ACCEPT'),
      ],
    }),
    scenario: loseAnAgent,
    symptom: /goes out before it is stored/,
  },
  'Marathon: the task of an instance that ended leads to it': {
    machines: inMarathon({
      after: (effects, event, { byTask, instances }) => {
        if (event.kind !== 'scheduler.update') return effects;
        const { task_id, state } = event.status;
        const instanceId = instanceOf(task_id.value);
        if (state === 'TASK_KILLED' && !instances.has(instanceId)) byTask.set(task_id.value, instanceId);
        return effects;
      },
    }),
    scenario: scaleUpAndDown,
    symptom: /is not that of/,
  },
  'Marathon: an unanswered kill is not repeated': {
    machines: inMarathon({ before: withoutTimer('kill-retry') }),
    scenario: scaleUpAndDown,
    symptom: NOT_SETTLED,
  },
  'Marathon: offers that do not fit are not answered': {
    machines: inMarathon({
      after: (effects) =>
        effects.filter((effect) => effect.kind !== 'call' || effect.call.type !== 'DECLINE'),
    }),
    scenario: breakEverything,
    symptom: NOT_SETTLED,
  },
  'Marathon: a restart stops any number of healthy instances': {
    machines: inMarathon(
      seeingApps((app) => ({
        ...app,
        upgradeStrategy: { ...app.upgradeStrategy, minimumHealthCapacity: 0 },
      })),
    ),
    scenario: someHours,
    symptom: /healthy instances by a stop/,
  },
  'Marathon: a restart adds as many instances as there are': {
    machines: inMarathon(
      seeingApps((app) => ({ ...app, upgradeStrategy: { ...app.upgradeStrategy, maximumOverCapacity: 1 } })),
    ),
    scenario: someHours,
    symptom: /instances in a restart/,
  },
  'Marathon: constraints are not looked at': {
    machines: inMarathon(seeingApps((app) => ({ ...app, constraints: [] }))),
    scenario: someHours,
    symptom: / breaks | counts its placements /,
  },
  'Marathon: a change is answered before it is stored': {
    machines: inMarathon({
      after: (effects, { kind }, { outbox }) =>
        kind === 'api.change'
          ? [...effects, ...released(outbox, (effect) => effect.kind === 'answer')]
          : effects,
    }),
    scenario: someHours,
    symptom: /an acknowledged change of the tree is lost/,
  },
  'Marathon: the end of a deployment is not stored': {
    machines: inMarathon({
      after: (effects) =>
        effects.map((effect) => {
          if (effect.kind !== 'store') return effect;
          const isEnd = ({ name, value }: { name: string; value: string | undefined }): boolean =>
            name.startsWith(DEPLOYMENT_PREFIX) && value === undefined;
          return { ...effect, changes: effect.changes.filter((change) => !isEnd(change)) };
        }),
    }),
    scenario: someHours,
    symptom: /was over and goes on|is stored, and is over|lacks the lock/,
  },
  'Marathon: the end of a task is acknowledged before it is stored': {
    machines: inMarathon({
      after: (effects, _event, { outbox }) => [
        ...effects,
        ...released(outbox, (effect) => effect.kind === 'call' && effect.call.type === 'ACKNOWLEDGE'),
      ],
    }),
    scenario: someHours,
    symptom: /is acknowledged before it is stored/,
  },
  'Marathon: an unknown task lives on': {
    machines: inMarathon({
      after: (effects, _event, { kills }) => {
        const wanted = new Set([...kills.values()].map(({ taskId }) => taskId));
        return effects.filter(
          (effect) =>
            effect.kind !== 'call' ||
            effect.call.type !== 'KILL' ||
            wanted.has(effect.call.kill?.task_id.value ?? ''),
        );
      },
    }),
    scenario: someHours,
    symptom: /runs, and no instance has it/,
  },
  'Marathon: an instance loses its volumes with its task': {
    machines: inMarathon({
      before: (event) => {
        if (event.kind !== 'scheduler.update' || event.status.state !== 'TASK_KILLED') return event;
        return { ...event, status: { ...event.status, state: 'TASK_GONE_BY_OPERATOR' } };
      },
    }),
    scenario: someHours,
    symptom: /has lost its volumes|are given up by/,
  },
  'Marathon: an instance is launched without its volumes': {
    machines: inMarathon({ after: (effects) => effects.map(withoutVolumes) }),
    scenario: someHours,
    symptom: /is launched on /,
  },
  'Marathon: what instances that are gone had is not freed': {
    machines: inMarathon({ after: (effects) => effects.map(withoutRelease) }),
    scenario: someHours,
    symptom: /which nobody knows|does not run|is not freed/,
  },
  'Chronos: tasks that are live at its start are launched again': {
    machines: inChronos({
      after: (effects, { kind }, state) => {
        if (kind !== 'started') return effects;
        for (const runId of state.tasks.values()) {
          const entry = state.jobs.get(jobNameOf(runId));
          const run = entry?.active[runId];
          if (entry && run) addReady(state, entry, run);
        }
        return effects;
      },
    }),
    scenario: oneYear,
    symptom: /without its run|of the same run|has succeeded|processes:/,
  },
  'Chronos: the progress of a job is not stored with its runs': {
    machines: inChronos({
      after: (effects, { kind }) =>
        effects.map((effect) =>
          effect.kind === 'store' && kind === 'woke'
            ? { ...effect, changes: effect.changes.filter(({ name }) => !name.startsWith('state_')) }
            : effect,
        ),
    }),
    scenario: oneYear,
    symptom: /has succeeded|two runs|slots of . have an outcome|is stuck/,
  },
  'Chronos: a slot uses up no repetition': {
    machines: inChronos({
      after: (effects, { kind }, { jobs }) => {
        if (kind !== 'woke') return effects;
        for (const entry of jobs.values()) {
          const { record } = entry;
          if (record.timing?.progress.remaining !== 1) continue;
          const progress = { ...record.timing.progress, remaining: 3 };
          entry.record = { ...record, timing: { ...record.timing, progress } };
        }
        return effects;
      },
    }),
    scenario: oneYear,
    symptom: /its count is/,
  },
  'Chronos: an offer that nothing can use is kept': {
    machines: inChronos({
      after: (effects) =>
        effects.filter((effect) => effect.kind !== 'call' || effect.call.type !== 'DECLINE'),
    }),
    scenario: oneYear,
    symptom: /has no answer/,
  },
  'Chronos: a lost launch is not launched again': {
    machines: inChronos({
      before: (event) =>
        event.kind === 'scheduler.update' && /DROPPED|UNKNOWN|GONE/.test(event.status.state)
          ? undefined
          : event,
    }),
    scenario: oneYear,
    symptom: /is stuck|has no end/,
  },
};
